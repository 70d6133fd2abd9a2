package dev.usher;

import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the addresses of backends, off the workers. What is an address is known at once. A name that does not resolve
 * leaves its backend out of use, says so, and is asked for again on a virtual thread until it does: one missing name
 * must not keep the others from being served.
 */
final class BackendNames implements AutoCloseable {
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(BackendNames.class);

    private final List<Thread> searches = new ArrayList<>();
    private volatile boolean closed;

    /** Resolves what it can before it returns. */
    void resolve(Collection<Pool> pools) {
        for (Pool pool : pools) {
            for (Backend backend : pool.backends()) {
                if (!resolve(pool, backend)) {
                    searches.add(Thread.ofVirtual().name("resolve " + backend).start(() -> search(pool, backend)));
                }
            }
        }
    }

    private void search(Pool pool, Backend backend) {
        do {
            LockSupport.parkNanos(RETRY.toNanos());
        } while (!closed && !resolve(pool, backend));
    }

    private static boolean resolve(Pool pool, Backend backend) {
        String host = backend.config().address().host();
        try {
            backend.resolvedTo(new InetSocketAddress(
                    InetAddress.getByName(host), backend.config().address().port()));
            return true;
        } catch (UnknownHostException e) {
            log.warn(
                    "backend {} of pool {} takes no sessions: \"{}\" does not resolve; trying again every {} s",
                    backend,
                    pool,
                    host,
                    RETRY.toSeconds());
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        searches.forEach(LockSupport::unpark);
    }
}
