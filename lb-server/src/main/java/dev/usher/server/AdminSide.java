package dev.usher.server;

import dev.usher.admin.AdminServer;
import dev.usher.config.AdminConfig;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The admin server of this process, if configured: opened when the address is free. One thread. */
final class AdminSide implements AutoCloseable {
    /** Time for a released address to become free. */
    private static final Duration LET_GO = Duration.ofSeconds(3);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final AdminConfig config;
    private final Predecessor predecessor;
    private @Nullable AdminServer server;

    AdminSide(AdminConfig config, Predecessor predecessor) {
        this.config = config;
        this.predecessor = predecessor;
    }

    /** Binds the address, or takes the predecessor's socket. A second call does nothing. */
    void open() throws IOException, InterruptedException {
        if (config.bind() == null || server != null) {
            return;
        }
        predecessor.freeAdmin();
        long deadline = System.nanoTime() + LET_GO.toNanos();
        while (server == null) {
            try {
                server = AdminServer.start(config, predecessor.sockets());
            } catch (IOException e) {
                boolean passed = System.nanoTime() - deadline > 0;
                if (passed
                        || !predecessor.gives()
                        || !String.valueOf(e.getMessage()).contains("in use")) {
                    throw e;
                }
                Thread.sleep(LOOK_AGAIN); // the predecessor has closed its socket; the kernel may be a moment behind
            }
        }
    }

    /** Null without an admin side, and before {@link #open}. */
    @Nullable
    AdminServer server() {
        return server;
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
