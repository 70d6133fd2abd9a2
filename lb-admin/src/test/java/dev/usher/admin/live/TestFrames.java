package dev.usher.admin.live;

import java.time.Instant;
import java.util.Map;

/** Frames that nobody has measured. */
final class TestFrames {
    private static final FramePercentiles SOME = new FramePercentiles(0.001, 0.002, 0.25);

    private TestFrames() {}

    /** One whose numbers follow from its sequence. */
    static Frame frame(long sequence) {
        return frame(sequence, SOME);
    }

    /** One of a second in which nothing was measured. */
    static Frame quiet(long sequence) {
        return frame(sequence, new FramePercentiles(null, null, null));
    }

    private static Frame frame(long sequence, FramePercentiles percentiles) {
        return new Frame(
                sequence,
                Instant.ofEpochMilli(1_800_000_000_000L + 1000 * sequence),
                sequence * 10,
                1.5,
                0.5,
                Map.of("no_sni", 0.5),
                Map.of("no_sni", 3L),
                1e6,
                2e6,
                percentiles,
                percentiles,
                percentiles,
                16_384,
                10_000_000,
                0.0001,
                9,
                10,
                1,
                "same",
                "serving",
                0,
                3,
                7);
    }
}
