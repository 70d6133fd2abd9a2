package dev.usher.view;

import java.time.Duration;
import java.time.Instant;

/**
 * An ended session that was not served to the end: the close reason is neither completed nor redirected.
 *
 * @param at time of the end, by the wall clock
 * @param identity client, name, route, pool, backend
 * @param attempts backends tried
 * @param reason the reason's word, as in the access log
 * @param age from accept to the end
 * @param bytesIn from the client, passed on
 * @param bytesOut to the client
 */
public record FailedSession(
        Instant at, SessionIdentity identity, int attempts, String reason, Duration age, long bytesIn, long bytesOut) {}
