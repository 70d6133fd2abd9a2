package dev.usher.admin.live;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One second, as the API shows it.
 *
 * @param sequence one more than that of the frame before. The first one's is its second since 1970, so that a client of
 *     the process before this one does not take new frames for old ones
 * @param at when it was taken, by the wall clock
 * @param open connections open
 * @param newPerSecond connections accepted
 * @param failuresPerSecond sessions that ended otherwise than completed
 * @param failures the same by the word of the reason; reasons without one are left out
 * @param failuresLastMinute how many there were within a minute, by the word of the reason
 * @param receivedBytesPerSecond from clients
 * @param sentBytesPerSecond to clients
 * @param heldBytes in buffers for slow peers and parts of hellos
 * @param loopDelaySeconds how long a task waited for its worker, of the worst of them; null where it is not known
 * @param backends all that there are
 * @param generation of the configuration in force
 * @param onDisk how the files compare with it: same, different, faulty, none
 * @param state serving or draining
 * @param attention how many things need attention
 * @param revision is another one when a backend's state, the configuration or the number of things that need attention is
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
