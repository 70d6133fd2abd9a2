package dev.usher.view;

import java.util.List;

/**
 * The last failed sessions.
 *
 * @param total failed sessions remembered
 * @param matched remembered sessions within the filter
 * @param sessions newest part of the matches, newest first
 */
public record FailuresView(int total, int matched, List<FailedSession> sessions) {
    public FailuresView {
        sessions = List.copyOf(sessions);
    }
}
