package dev.usher.pool;

import dev.usher.config.EjectionConfig;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The places for ejected backends of a pool. Workers take a place before an ejection, so racing workers never eject more
 * backends than the pool can spare; the roster gives places back. Any thread.
 */
final class Ejections {
    private final AtomicInteger taken = new AtomicInteger();

    /** Ejects a backend at once, if the pool can spare it; false if the backend stays, or is out already. */
    boolean eject(Backend backend, Serving serving, EjectionConfig config, long nowNanos) {
        if (taken.incrementAndGet() > serving.spare(config)
                || !backend.ejection().eject(config, nowNanos)) {
            taken.decrementAndGet();
            backend.ejection().spare();
            return false;
        }
        return !backend.isRemoved() || !readmit(backend); // a removed backend uses up no place
    }

    /** Ends an ejection; false if the backend was not ejected. */
    boolean readmit(Backend backend) {
        boolean readmitted = backend.ejection().readmit();
        if (readmitted) {
            taken.decrementAndGet();
        }
        return readmitted;
    }

    boolean isAnyTaken() {
        return taken.get() > 0;
    }
}
