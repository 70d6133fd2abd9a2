package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_CONNECT;

import dev.usher.end.CloseReason;
import dev.usher.pool.Backend;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The attempts to connect to backends, in turn, until a backend is connected or no candidate is left. */
final class Connecting implements Phase {
    private final Link link;
    private final Choice choice;
    /** The outcome of the connected attempt before this phase; null for the first attempt. */
    private final @Nullable AttemptOutcome before;

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
        try {
            return link.backend.channel().finishConnect() ? connected() : Next.STAY;
        } catch (IOException refused) {
            return another(outcomeOf(refused));
        }
    }

    @Override
    public Next onDeadline() {
        return another(choice.attempts().timedOut());
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
                return link.backend.channel().isConnected() ? connected() : Next.STAY;
            }
            giveUp(failed);
            failure = failed.reason();
        }
        return new Next.Refuse(failure);
    }

    private void giveUp(AttemptOutcome outcome) {
        choice.attempts().failed(outcome);
        link.dropBackend();
    }

    /** @return the failure, if the attempt failed at once; null if under way or done */
    private @Nullable AttemptOutcome start(Backend picked) {
        try {
            link.backend.open(link.worker
                    .sockets()
                    .connectingTo(picked.address(), choice.attempts().source(), link.kept.hasMore()));
        } catch (IOException outOfDescriptors) {
            return AttemptOutcome.NO_SOCKET;
        } catch (UnsupportedOperationException noSuchFamily) { // an IPv6 address, on a machine without
            return AttemptOutcome.UNREACHABLE;
        }
        SocketChannel channel = link.backend.channel();
        try {
            // To a backend on this machine the handshake is over by now, and asking once saves a turn of the loop.
            if (!channel.connect(picked.address()) && !channel.finishConnect()) {
                link.backend.watch(OP_CONNECT);
            }
            return null;
        } catch (IOException refused) {
            return outcomeOf(refused);
        }
    }

    private static AttemptOutcome outcomeOf(IOException refused) {
        return switch (refused) {
            case BindException _ -> AttemptOutcome.NO_SOCKET; // EADDRNOTAVAIL: no local port is left
            case ConnectException _ -> AttemptOutcome.REFUSED;
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
