package dev.usher.view;

import java.time.Instant;
import java.util.List;

/**
 * A backend's host name that does not resolve.
 *
 * @param name as the configuration has it
 * @param since when a lookup failed first, by the wall clock
 * @param kept the addresses of the last answer, which are still used; empty if it never had one
 */
public record FailingName(String name, Instant since, List<String> kept) {
    public FailingName {
        kept = List.copyOf(kept);
    }
}
