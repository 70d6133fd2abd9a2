package dev.usher.server.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Closes a channel when its peer takes too long: channels have no time-outs of their own. */
final class ChannelDeadline implements AutoCloseable {
    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("control-deadlines").factory());

    private final ScheduledFuture<?> end;
    private volatile boolean passed;

    private ChannelDeadline(SocketChannel channel, Duration patience) {
        this.end = CLOCK.schedule(() -> close(channel), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    static ChannelDeadline of(SocketChannel channel, Duration patience) {
        return new ChannelDeadline(channel, patience);
    }

    private void close(SocketChannel channel) {
        passed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // The channel is of no further use.
        }
    }

    boolean passed() {
        return passed;
    }

    @Override
    public void close() {
        end.cancel(false);
    }
}
