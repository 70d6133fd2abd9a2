package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.usher.end.CloseReason;
import dev.usher.login.Credentials;
import dev.usher.opening.Destination;
import dev.usher.opening.Stage;
import dev.usher.opening.Step;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The dialogue with a client: collects bytes for a {@link Stage}, and sends our own words in turn. */
abstract sealed class Hearing implements Phase permits Arrival, Vetting {
    /** Input for a stage that is whole without a byte. */
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final Link link;
    final Choice choice;
    /** The part of our words that the client's socket has yet to take; null exactly when nothing is left. */
    private @Nullable ByteBuffer unsaid;

    Hearing(Link link, Choice choice) {
        this.link = link;
        this.choice = choice;
    }

    /** The stage that reads now. */
    abstract Stage stage();

    /** Bytes of the client are about to be read by the stage. */
    abstract void onHeard();

    /** The client has left before the stage was whole. */
    abstract CloseReason reasonToLeave();

    /** The stage was not whole in time. */
    abstract CloseReason reasonForDelay();

    /**
     * The stage is whole.
     *
     * @param rest the unconsumed bytes, up to position
     */
    abstract Next onWhole(Destination destination, ByteBuffer rest);

    /**
     * The time is over. A busy worker may find bytes here that came in time, so one more read decides. Any other dialogue
     * would go on without a deadline.
     */
    @Override
    public Next onDeadline() {
        Next heard = onClientReady();
        boolean goesOn = heard instanceof Next.Stay || heard instanceof Next.CheckUser;
        return goesOn ? new Next.End(reasonForDelay()) : heard;
    }

    /** The client's socket is ready. */
    final Next onClientReady() {
        if (unsaid != null) {
            return say(unsaid);
        }
        ByteBuffer into = link.kept.room();
        if (into == null) {
            return new Next.End(link.kept.lack());
        }
        int count = link.client.read(into);
        if (count < 0) {
            return new Next.End(reasonToLeave());
        }
        return count == 0 ? Next.STAY : advance(into);
    }

    /** @param come the unconsumed bytes, up to position */
    final Next advance(ByteBuffer come) {
        int end = come.position();
        if (end > 0) {
            onHeard();
        }
        int limit = come.limit();
        Step step = stage().read(come.flip());
        come.limit(limit).position(end);
        return switch (step) {
            case Step.NeedMore _ -> awaitMore(come);
            case Step.Reply(ByteBuffer bytes, int consumed) -> {
                link.kept.drop(come, consumed);
                yield link.kept.keep(come) ? say(bytes) : new Next.End(link.kept.lack());
            }
            case Step.Check(Credentials said, int consumed) -> {
                link.kept.drop(come, consumed);
                yield link.kept.keep(come) ? new Next.CheckUser(said, this) : new Next.End(link.kept.lack());
            }
            case Step.Refused refused -> refuse(refused);
            case Step.Whole(Destination destination, int consumed) -> {
                link.kept.drop(come, consumed);
                yield onWhole(destination, come);
            }
        };
    }

    private Next refuse(Step.Refused refused) {
        if (refused.name() != null) {
            choice.isRefused(refused.name());
        }
        return new Next.Refuse(refused.reason());
    }

    private Next awaitMore(ByteBuffer come) {
        if (!link.kept.keep(come)) {
            return new Next.End(link.kept.lack());
        }
        link.client.watch(OP_READ);
        return Next.STAY;
    }

    /** Sends words to the client. Once the socket has taken all of them, goes on with the client's kept bytes. */
    final Next say(ByteBuffer words) {
        if (link.client.write(words) == Side.BROKEN) {
            return new Next.End(CloseReason.CLIENT_RESET);
        }
        if (words.hasRemaining()) {
            unsaid = words;
            link.client.watch(OP_WRITE);
            return Next.STAY;
        }
        unsaid = null;
        return advanceWithKept();
    }

    /** Goes on with the bytes that have come already. */
    final Next advanceWithKept() {
        ByteBuffer kept = link.kept.isKept() ? link.kept.room() : NOTHING;
        return kept == null ? new Next.End(link.kept.lack()) : advance(kept);
    }
}
