package dev.usher.pool;

import dev.usher.config.BackendConfig;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One address that can serve, as all workers see it. Every field is safe to read racily: a pick that is a moment out of
 * date is as good as one that was made a moment ago.
 */
public final class Backend {
    private final BackendConfig config;
    private final String name;
    private volatile @Nullable InetSocketAddress address;
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder sessions = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    Backend(BackendConfig config) {
        this.config = config;
        this.name = config.address().toString();
    }

    /** The address as the configuration has it; its label in logs and metrics. */
    public String name() {
        return name;
    }

    public BackendConfig config() {
        return config;
    }

    /** Where to connect; null while its name has not been resolved. */
    public @Nullable InetSocketAddress address() {
        return address;
    }

    /** Tells where its name leads now. */
    public void resolvedTo(InetSocketAddress resolved) {
        address = resolved;
    }

    /** Why it takes no new session, or null if it does. */
    public @Nullable String unavailable() {
        if (address == null) {
            return "its name is not resolved";
        }
        return isFull() ? "it has " + open.get() + " of " + config.maxConnections() + " connections" : null;
    }

    /** True exactly when a new session may go to it: as {@link #unavailable}, without the words. */
    boolean isAvailable() {
        return address != null && !isFull();
    }

    private boolean isFull() {
        return config.maxConnections() != BackendConfig.NO_LIMIT && open.get() >= config.maxConnections();
    }

    /** A session was given to it, and will be {@link #release released} once. */
    void take() {
        open.incrementAndGet();
    }

    /** A session that was given to it is over, or goes to another one. */
    public void release() {
        open.decrementAndGet();
    }

    /** An attempt to use it failed before its first byte. */
    public void failed() {
        failures.increment();
    }

    /** A session with it has ended. */
    public void served(long fromClient, long toClient) {
        sessions.increment();
        bytesIn.add(fromClient);
        bytesOut.add(toClient);
    }

    /** Sessions that it has now. */
    public int open() {
        return open.get();
    }

    public long sessions() {
        return sessions.sum();
    }

    public long failures() {
        return failures.sum();
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    @Override
    public String toString() {
        return name;
    }
}
