package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.usher.config.ForwardProxy;
import dev.usher.config.UserFile;
import dev.usher.end.CloseReason;
import dev.usher.login.Credentials;
import dev.usher.login.UserCheck;
import dev.usher.loop.Worker;
import dev.usher.opening.Destination;
import dev.usher.opening.Stage;
import dev.usher.opening.Step;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The dialogue with a client: collects bytes for a {@link Stage}, and sends our own words in turn. */
abstract class Hearing {
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

    /**
     * The stage is whole.
     *
     * @param rest the unconsumed bytes, up to position
     */
    abstract Next onWhole(Destination destination, ByteBuffer rest);

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
                yield link.kept.keep(come) ? check(said) : new Next.End(link.kept.lack());
            }
            case Step.Refused refused -> refuse(refused);
            case Step.Whole(Destination destination, int consumed) -> {
                link.kept.drop(come, consumed);
                yield onWhole(destination, come);
            }
        };
    }

    /** The client is not read until the verdict, which comes by mail; the deadline stays. */
    private Next check(Credentials said) {
        link.client.watch(0);
        choice.isSaidBy(said.user());
        ForwardProxy listener = choice.client().listenerConfig().forwardProxy();
        UserFile users = listener.users();
        if (users == null || !listener.admits(choice.client().ipBytes())) {
            return new Next.Refuse(CloseReason.DENIED);
        }
        OpenSession session = link.kept.session();
        Worker worker = link.worker;
        boolean begun = choice.client()
                .place()
                .shared()
                .users()
                .begin(users, said, choice.client().ip(), verdict -> worker.submit(() -> session.onChecked(verdict)));
        return begun ? Next.STAY : new Next.Refuse(CloseReason.AUTH_OVERLOADED);
    }

    /** The verdict on the user that the client says to be. */
    final Next onChecked(UserCheck.Verdict verdict) {
        return switch (verdict) {
            case KNOWN -> advanceWithKept();
            case UNKNOWN -> new Next.Refuse(CloseReason.AUTH_FAILED);
            case TOO_OFTEN -> new Next.Refuse(CloseReason.AUTH_THROTTLED);
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
