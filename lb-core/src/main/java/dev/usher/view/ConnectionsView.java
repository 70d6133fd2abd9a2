package dev.usher.view;

import java.util.List;

/**
 * Connections open during a walk over the workers; a connection that came or went during the walk may be included or
 * not.
 *
 * @param total connections examined
 * @param matched connections that match the filter
 * @param connections newest part of the matches, newest first
 */
public record ConnectionsView(int total, int matched, List<ConnectionView> connections) {
    public ConnectionsView {
        connections = List.copyOf(connections);
    }
}
