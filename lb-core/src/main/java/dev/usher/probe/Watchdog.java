package dev.usher.probe;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Closes sockets whose time is over. A read time-out would not do: every byte renews it, so a backend that sends a byte
 * at a time would hold its probe for ever.
 */
final class Watchdog implements AutoCloseable {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("probe-watchdog").factory());

    Watchdog() {
        executor.setRemoveOnCancelPolicy(true); // most tasks are cancelled, and would otherwise stay until their time
    }

    ScheduledFuture<?> closeAfter(Socket socket, Duration time) {
        return executor.schedule(() -> closeQuietly(socket), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // The probe notices by itself.
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
