package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.usher.opening.BackendGreeting;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A dialogue with a connected backend, before the client's bytes. The connect time-out goes on: a backend without an
 * answer counts as unreachable.
 */
final class Greeting implements Phase {
    private final Link link;
    private final Choice choice;
    private final BackendGreeting greeting;
    private final ByteBuffer answer;

    Greeting(Link link, Choice choice) {
        this.link = link;
        this.choice = choice;
        this.greeting = Objects.requireNonNull(choice.opening().backendGreeting(), "asked before");
        this.answer = ByteBuffer.allocate(greeting.maxAnswerBytes());
    }

    @Override
    public Next begin() {
        return say();
    }

    private Next say() {
        link.kept.sendFrontTo(link.backend);
        if (link.backend.isDeaf()) {
            return failed();
        }
        link.backend.watch(link.kept.isFrontSent() ? OP_READ : OP_WRITE);
        return Next.STAY;
    }

    @Override
    public Next onReady(Side side, int ops) {
        if (side == link.client) { // as while connecting
            link.client.watch(0);
            return Next.STAY;
        }
        if (!link.kept.isFrontSent()) {
            return say();
        }
        int count = link.backend.read(answer);
        return count < 0 ? failed() : hear();
    }

    private Next hear() {
        return switch (greeting.hear(answer.duplicate().flip())) {
            case ACCEPTED -> Next.RELAY;
            case REFUSED -> failed();
            case NEED_MORE -> answer.hasRemaining() ? Next.STAY : failed();
        };
    }

    private static Next failed() {
        return new Next.TryAnother(AttemptOutcome.GREETING_FAILED);
    }

    /** A busy worker may find the answer here. */
    @Override
    public Next onDeadline() {
        Next heard = onReady(link.backend, OP_READ);
        return heard instanceof Next.Stay ? new Next.TryAnother(AttemptOutcome.GREETING_LATE) : heard;
    }

    @Override
    public @Nullable Next leaveBackend(AttemptOutcome gone) {
        return choice.holdAnother() ? new Next.TryAnother(gone) : null;
    }
}
