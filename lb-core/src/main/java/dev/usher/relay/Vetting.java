package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.opening.Stage;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The backend is connected, the client is told so, and says the opening within the opening. The backend has had no byte
 * yet, and is not read: a backend that speaks first waits for the client's opening as well.
 */
final class Vetting extends Hearing {
    private final Opening within;

    Vetting(Link link, Choice choice) {
        super(link, choice);
        this.within = Objects.requireNonNull(choice.opening().within(), "asked before");
    }

    @Override
    public Next begin() {
        link.arm(choice.client().listenerConfig().openingTimeout().toNanos());
        link.backend.watch(0);
        ByteBuffer word = choice.wordForConnected();
        return word == null ? advanceWithKept() : say(word);
    }

    @Override
    public Next onReady(Side side, int ops) {
        return side == link.client ? onClientReady() : Next.STAY;
    }

    @Override
    Stage stage() {
        return within;
    }

    @Override
    void onHeard() {}

    @Override
    CloseReason reasonToLeave() {
        return CloseReason.CLIENT_GONE_BEFORE_HELLO;
    }

    @Override
    CloseReason reasonForDelay() {
        return CloseReason.HELLO_TIMEOUT;
    }

    @Override
    Next onWhole(Destination destination, ByteBuffer rest) {
        if (!link.kept.keep(rest)) {
            return new Next.End(link.kept.lack());
        }
        choice.isVetted();
        boolean named = choice.attempts().pool().byName() != null;
        if (named && choice.client().isLap(choice.opening().mark())) {
            return new Next.Refuse(CloseReason.LOOP);
        }
        CloseReason fault = Preface.prepare(link, choice, null);
        return fault == null ? Next.RELAY : new Next.Refuse(fault);
    }

    @Override
    public @Nullable Next leaveBackend(AttemptOutcome gone) {
        return choice.holdAnother() ? new Next.TryAnother(gone) : null;
    }
}
