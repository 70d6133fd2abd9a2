package dev.usher.view;

import java.time.Instant;
import java.util.List;

/**
 * A backend's host name that does not resolve.
 *
 * @param name as in the configuration
 * @param servers name servers of the pool; empty for those of the machine
 * @param since first failed lookup, by the wall clock
 * @param kept addresses of the last answer, still in use; empty if there was never an answer
 */
public record FailingName(String name, List<String> servers, Instant since, List<String> kept) {
    public FailingName {
        servers = List.copyOf(servers);
        kept = List.copyOf(kept);
    }
}
