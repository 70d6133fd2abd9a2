package dev.usher.view;

import java.time.Instant;
import java.util.List;

/**
 * A backend's host name that does not resolve.
 *
 * @param name as in the configuration
 * @param since first failed lookup, by the wall clock
 * @param kept addresses of the last answer, still in use; empty if there was never an answer
 */
public record FailingName(String name, Instant since, List<String> kept) {
    public FailingName {
        kept = List.copyOf(kept);
    }
}
