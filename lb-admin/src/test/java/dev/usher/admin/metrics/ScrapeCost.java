package dev.usher.admin.metrics;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Gzip;
import dev.usher.admin.subject.AccessLogLines;
import dev.usher.admin.subject.Program;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.zip.Deflater;

/** Measures scrapes. */
public final class ScrapeCost {
    private static final int WARM = 200;
    private static final int MEASURED = 100;

    private ScrapeCost() {}

    /** Milliseconds of CPU for one scrape that is zipped, once warm. */
    public static double measure(LoadBalancer balancer) throws IOException {
        Scrape scrape = new Scrape(
                balancer, new StillReloading(), new Program("1", "abc", Instant.now()), () -> AccessLogLines.NONE);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        ExpositionFormats formats = ExpositionFormats.init();
        long textNanos = 0;
        long zipNanos = 0;
        int textBytes = 0;
        int zipBytes = 0;
        for (int i = 0; i < WARM + MEASURED; i++) {
            long begun = threads.getCurrentThreadCpuTime();
            byte[] text = scrape.text(formats.getPrometheusTextFormatWriter(), null);
            long made = threads.getCurrentThreadCpuTime();
            byte[] zipped = Gzip.zip(text, Deflater.BEST_SPEED);
            long ended = threads.getCurrentThreadCpuTime();
            if (i >= WARM) {
                textNanos += made - begun;
                zipNanos += ended - made;
            }
            textBytes = text.length;
            zipBytes = zipped.length;
        }
        double textMillis = textNanos / 1e6 / MEASURED;
        double zipMillis = zipNanos / 1e6 / MEASURED;
        System.out.printf(
                "scrape: %.1f ms for %,d bytes of text, %.1f ms to zip them to %,d%n",
                textMillis, textBytes, zipMillis, zipBytes);
        return textMillis + zipMillis;
    }
}
