package dev.usher.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private enum Colour {
        RED,
        BLUE
    }

    private static Histogram of(Latency latency) {
        Histogram sum = Latency.empty();
        latency.addTo(sum);
        return sum;
    }

    @Test
    void aCounterCountsAndAGaugeFalls() {
        Counter counter = new Counter();
        counter.increment();
        counter.add(41);
        counter.add(-2);
        assertEquals(40, counter.get());
    }

    /** One thread writes, another reads: values only rise, and the last is the sum. */
    @Test
    void aCounterIsReadWhileItIsWritten() throws Exception {
        Counter counter = new Counter();
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                counter.increment();
            }
        });
        long last = 0;
        while (writer.isAlive()) {
            long now = counter.get();
            assertTrue(now >= last, last + " then " + now);
            last = now;
        }
        writer.join();
        assertEquals(1_000_000, counter.get());
    }

    @Test
    void everyConstantHasItsCounter() {
        EnumCounters<Colour> counters = new EnumCounters<>(Colour.class);
        counters.of(Colour.BLUE).add(3);
        StringBuilder seen = new StringBuilder();
        counters.forEach((colour, count) -> seen.append(colour).append(count));
        assertEquals("RED0BLUE3", seen.toString());
    }

    @Test
    void aLatencyIsInMicrosecondsWithinOnePercent() {
        Latency latency = new Latency();
        latency.record(TimeUnit.MILLISECONDS.toNanos(250));
        latency.record(-5);
        Histogram histogram = of(latency);
        assertEquals(2, histogram.getTotalCount());
        assertEquals(250_000.0, (double) histogram.getMaxValue(), 2500);
        assertEquals(0, histogram.getMinValue());
    }

    @Test
    void aLatencyEndsAtADay() {
        Latency latency = new Latency();
        latency.record(Long.MAX_VALUE);
        assertEquals(86_400e6, (double) of(latency).getMaxValue(), 864e6);
    }

    @Test
    void aLatencyIsWholeHoweverOftenItIsRead() {
        Latency latency = new Latency();
        latency.record(1000);
        assertEquals(1, of(latency).getTotalCount());
        assertEquals(1, of(latency).getTotalCount());
        latency.record(2000);
        assertEquals(2, of(latency).getTotalCount());
    }

    @Test
    void aLatencyIsReadWhileItIsWritten() throws Exception {
        Latency latency = new Latency();
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 200_000; i++) {
                latency.record(i);
            }
        });
        long before = 0;
        while (writer.isAlive()) {
            long now = of(latency).getTotalCount();
            assertTrue(now >= before, before + " then " + now);
            before = now;
        }
        writer.join();
        assertEquals(200_000, of(latency).getTotalCount());
    }

    @Test
    void theLatenciesOfAPoolDoNotMix() {
        PoolLatencies latencies = new PoolLatencies();
        latencies.connect().record(1);
        latencies.firstByte().record(1);
        latencies.firstByte().record(1);
        Histogram connects = Latency.empty();
        Histogram firstBytes = Latency.empty();
        Histogram sessions = Latency.empty();
        latencies.addTo(connects, firstBytes, sessions);
        assertEquals(
                List.of(1L, 2L, 0L),
                List.of(connects.getTotalCount(), firstBytes.getTotalCount(), sessions.getTotalCount()));
    }

    @Test
    void aSnapshotSumsOverItsListeners() {
        MetricsSnapshot snapshot = new MetricsSnapshot(
                Map.of(
                        "a",
                                new ListenerSnapshot(
                                        5, 1, Map.of("completed", 3L, "no_sni", 1L), Map.of(), Latency.empty()),
                        "b", new ListenerSnapshot(7, 2, Map.of("completed", 5L), Map.of(), Latency.empty())),
                Map.of(),
                List.of(),
                0);
        assertEquals(8, snapshot.ended("completed"));
        assertEquals(1, snapshot.ended("no_sni"));
        assertEquals(0, snapshot.ended("unheard_of"));
        assertEquals(9, snapshot.ended());
        assertEquals(12, snapshot.accepted());
        assertEquals(3, snapshot.open());
    }
}
