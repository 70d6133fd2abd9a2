package dev.usher.view;

import java.time.Duration;
import java.time.Instant;

/**
 * An open connection.
 *
 * @param identity client, name, route, pool, backend
 * @param state a word: awaiting_hello, connecting, relaying, half_closed, refusing
 * @param since time of the accept, by the wall clock
 * @param age time since the accept
 * @param bytesIn from the client, passed on
 * @param bytesOut to the client
 */
public record ConnectionView(
        SessionIdentity identity, String state, Instant since, Duration age, long bytesIn, long bytesOut) {}
