package dev.usher.server.sources;

import java.io.IOException;
import java.time.Duration;

/** The time for a whole answer, which may take several questions. */
final class Patience {
    private final Duration whole;
    private final long end;

    /** Begins now. */
    Patience(Duration whole) {
        this.whole = whole;
        this.end = System.nanoTime() + whole.toNanos();
    }

    /**
     * Time left, more than none.
     *
     * @throws IOException if it is over
     */
    Duration left() throws IOException {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) {
            throw over();
        }
        return Duration.ofNanos(nanos);
    }

    IOException over() {
        return new IOException("no whole answer within " + whole.toMillis() + " ms");
    }
}
