package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_CONNECT;

import dev.usher.end.CloseReason;
import dev.usher.loop.Departure;
import dev.usher.loop.FullQueueException;
import dev.usher.loop.NoDescriptorException;
import dev.usher.pool.Backend;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The attempts to connect to backends, in turn, until a backend is connected or no candidate is left. */
final class Connecting implements Phase {
    /** Time between two looks at a full queue; the connect time-out goes on. */
    private static final long QUEUE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Link link;
    private final Choice choice;
    /** The outcome of the connected attempt before this phase; null for the first attempt. */
    private final @Nullable AttemptOutcome before;
    /** The backend with a full queue, to be asked again; null for any other attempt. */
    private @Nullable Backend full;
    /** True exactly if an attempt had no descriptor. */
    private boolean lacked;

    /** @param before the outcome of the attempt before this phase; null for the first attempt */
    Connecting(Link link, Choice choice, @Nullable AttemptOutcome before) {
        this.link = link;
        this.choice = choice;
        this.before = before;
    }

    @Override
    public Next begin() {
        return before == null ? connect(CloseReason.NO_BACKEND) : another(before);
    }

    @Override
    public Next onReady(Side side, int ops) {
        if (side == link.client) { // more bytes or the end of the client: both can wait for the backend
            link.client.watch(0);
            return Next.STAY;
        }
        return finish(null);
    }

    /** @param pending the outcome of an attempt that is still under way; null to wait on */
    private Next finish(@Nullable AttemptOutcome pending) {
        try {
            if (link.backend.channel().finishConnect()) {
                return connected();
            }
        } catch (IOException refused) {
            return another(outcomeOf(refused));
        }
        return pending == null ? Next.STAY : another(pending);
    }

    @Override
    public Next onDeadline() {
        Attempts attempts = choice.attempts();
        if (full == null && choice.opening().backendGreeting() == null) { // a greeting would have no time left
            return finish(attempts.timedOut()); // a busy worker may find the connection here
        }
        if (full == null || attempts.leftNanos() <= 0) {
            return another(attempts.timedOut());
        }
        link.arm(attempts.leftNanos());
        AttemptOutcome failed = start(full);
        return failed == null ? next() : another(failed);
    }

    @Override
    public @Nullable Next leaveBackend(AttemptOutcome gone) {
        return choice.holdAnother() ? another(gone) : null;
    }

    private Next another(AttemptOutcome outcome) {
        giveUp(outcome);
        choice.followPool();
        return connect(outcome.reason());
    }

    /** @param soFar the reason to refuse the client without any backend */
    private Next connect(CloseReason soFar) {
        Attempts attempts = choice.attempts();
        CloseReason failure = soFar;
        for (Backend picked = attempts.next(); picked != null; picked = attempts.next()) {
            link.arm(attempts.timeoutNanos());
            AttemptOutcome failed = start(picked);
            if (failed == null) {
                return next();
            }
            giveUp(failed);
            failure = failed.reason();
        }
        if (lacked) {
            choice.room().lacked();
        }
        return new Next.Refuse(failure);
    }

    /** The step after an attempt that is under way or done. */
    private Next next() {
        return full == null && link.backend.channel().isConnected() ? connected() : Next.STAY;
    }

    private void giveUp(AttemptOutcome outcome) {
        choice.attempts().failed(outcome);
        link.dropBackend();
    }

    /** @return the failure, if the attempt failed at once; null if under way or done */
    private @Nullable AttemptOutcome start(Backend picked) {
        full = null;
        Departure from = choice.attempts().departure();
        if (from == null) {
            return AttemptOutcome.NO_SOCKET;
        }
        try {
            link.backend.open(link.worker.sockets().connectingTo(picked.address(), from, link.kept.hasMore()));
        } catch (NoDescriptorException lack) {
            lacked = true;
            return AttemptOutcome.NO_SOCKET;
        } catch (IOException noSource) {
            return AttemptOutcome.NO_SOCKET;
        } catch (UnsupportedOperationException noSuchFamily) { // an IPv6 address, on a machine without
            return AttemptOutcome.UNREACHABLE;
        }
        SocketChannel channel = link.backend.channel();
        try {
            if (!link.worker.sockets().connect(channel, picked.address())) {
                link.backend.watch(OP_CONNECT);
            }
            return null;
        } catch (FullQueueException later) {
            full = picked;
            link.arm(Math.min(QUEUE_PAUSE_NANOS, Math.max(1, choice.attempts().leftNanos())));
            return null;
        } catch (IOException refused) {
            return outcomeOf(refused);
        }
    }

    private AttemptOutcome outcomeOf(IOException refused) {
        return switch (refused) {
            case BindException _ -> AttemptOutcome.NO_SOCKET; // no local port or memory is left
            case ConnectException _ -> AttemptOutcome.REFUSED;
            case SocketTimeoutException _ -> choice.attempts().timedOut(); // tcp_user_timeout, shorter than connect
            default -> AttemptOutcome.UNREACHABLE;
        };
    }

    private Next connected() {
        choice.attempts().connected(link.backend.channel());
        if (choice.host() == null
                && choice.client().isLoop()) { // accepted before the other worker noted the connection
            return new Next.Refuse(CloseReason.LOOP);
        }
        if (choice.opening().within() != null) {
            return Next.VET;
        }
        return choice.opening().backendGreeting() == null ? Next.RELAY : Next.GREET;
    }
}
