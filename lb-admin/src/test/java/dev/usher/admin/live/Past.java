package dev.usher.admin.live;

import java.time.Instant;
import java.util.Map;
import java.util.Random;

/** Fifteen minutes that nobody has lived through: every second busy, and unlike the one before. */
public final class Past {
    private static final double MICROS = 1e6;

    private final Random random = new Random(7);
    private final Instant now = Instant.now();

    private Past() {}

    /** Fills all that there is room for, up to this second. */
    public static void fill(Live live) {
        Past past = new Past();
        long newest = past.now.getEpochSecond();
        for (long ago = History.FRAMES; ago > 0; ago--) {
            live.add(past.frame(newest - ago, ago));
        }
    }

    private Frame frame(long sequence, long ago) {
        double fails = random.nextInt(5) == 0 ? random.nextInt(4) / 2.0 : 0;
        return new Frame(
                sequence,
                now.minusMillis(ago * 1000 - random.nextInt(3)),
                1500 + (long) (200 * Math.sin(sequence / 90.0)) + random.nextInt(40),
                120 + random.nextInt(4000) / 100.0,
                fails,
                fails == 0 ? Map.of() : Map.of("unknown_name", fails),
                Map.of(),
                600_000 + random.nextInt(200_000),
                9_000_000 + random.nextInt(3_000_000),
                percentiles(180),
                percentiles(2_400),
                percentiles(90),
                random.nextInt(20) * 16_384L,
                40_000_000L + random.nextInt(60_000_000),
                random.nextInt(400) / MICROS,
                30,
                30,
                1,
                "same",
                "serving",
                0,
                3,
                7);
    }

    private FramePercentiles percentiles(int micros) {
        return new FramePercentiles(around(micros), around(micros * 3), around(micros * 9));
    }

    private double around(int micros) {
        return Math.round(micros * (0.9 + 0.2 * random.nextDouble())) / MICROS;
    }
}
