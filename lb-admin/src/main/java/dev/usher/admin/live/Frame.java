package dev.usher.admin.live;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a second, as in the API.
 *
 * @param sequence rises by one per frame. The first is the current second since 1970, so that a client of an earlier
 *     process does not take new frames for old
 * @param at wall-clock time of the sample
 * @param open connections open
 * @param newPerSecond connections accepted
 * @param failuresPerSecond sessions that ended for a reason that is a failure: neither completed nor redirected
 * @param failures rate per reason; reasons without a failure are left out
 * @param failuresLastMinute number of failures within a minute, per reason
 * @param receivedBytesPerSecond from clients
 * @param sentBytesPerSecond to clients
 * @param heldBytes in buffers, for slow peers and incomplete hellos
 * @param loopDelaySeconds time that a task waited for its worker, for the slowest worker; null if unknown
 * @param backends number of backends, serving or not
 * @param generation of the configuration in force
 * @param onDisk comparison of the files with the configuration in force: same, different, faulty, none
 * @param state serving or draining
 * @param attention number of things that need attention
 * @param revision changes with a backend's state, the configuration, or the number of things that need attention
 * @param lastEvent sequence of the last event
 */
public record Frame(
        long sequence,
        Instant at,
        long open,
        double newPerSecond,
        double failuresPerSecond,
        Map<String, Double> failures,
        Map<String, Long> failuresLastMinute,
        double receivedBytesPerSecond,
        double sentBytesPerSecond,
        FramePercentiles connect,
        FramePercentiles firstByte,
        FramePercentiles hello,
        long heldBytes,
        long heapBytes,
        @Nullable Double loopDelaySeconds,
        int servingBackends,
        int backends,
        int generation,
        String onDisk,
        String state,
        int attention,
        long revision,
        long lastEvent) {}
