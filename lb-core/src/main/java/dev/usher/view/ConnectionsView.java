package dev.usher.view;

import java.util.List;

/**
 * Connections that were open while they were looked through: one that came or went meanwhile may be in it or not.
 *
 * @param total that were looked at
 * @param matched of these, those that were wanted
 * @param connections of these, the newest, the newest first
 */
public record ConnectionsView(int total, int matched, List<ConnectionView> connections) {
    public ConnectionsView {
        connections = List.copyOf(connections);
    }
}
