package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.end.CloseReason;
import dev.usher.end.Ending;
import dev.usher.login.Credentials;
import dev.usher.loop.Worker;
import dev.usher.pool.Backend;
import dev.usher.time.Deadline;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client connection, from accept to close. Events go to the current {@link Phase}; the phase returns the {@link Next}
 * step, and {@link #go} alone acts on the step. So no line of a phase runs after an end.
 */
final class Session extends OpenSession implements Deadline.Owner, Side.Owner {
    private final Link link;
    private final Client client;
    private final Choice choice;
    private SessionState state = SessionState.AWAITING_HELLO;
    private Phase phase;
    /** True exactly when the end is counted and logged. */
    private boolean reported;

    Session(Workplace place, Origin origin) {
        this.link = new Link(place, this, this, this);
        this.client = new Client(place, origin, link.client);
        this.choice = new Choice(client);
        this.phase = new Arrival(link, choice);
    }

    /** Takes the accepted connection. */
    void start(SocketChannel accepted) {
        client.place().sessions().add(this);
        link.client.open(accepted);
        try {
            go(phase.begin());
        } catch (RuntimeException | Error bug) {
            end(CloseReason.BUG);
            throw bug;
        }
    }

    @Override
    public Worker worker() {
        return link.worker;
    }

    // ---- events ----

    @Override
    public void onReady(Side side, int ops) {
        if (state != SessionState.CLOSED) { // else closed by the other side's event of the same turn
            go(phase.onReady(side, ops));
        }
    }

    @Override
    public void onBug() {
        end(CloseReason.BUG);
    }

    @Override
    public void onDeadline() {
        try {
            go(phase.onDeadline());
        } catch (RuntimeException | Error bug) {
            end(CloseReason.BUG); // the session has no deadline any more to end it
            throw bug;
        }
    }

    /** For a phase that waits for other threads. */
    private void goOnByMail(Phase waiting, Supplier<Next> step) {
        boolean _ = worker().submit(() -> onMail(waiting, step));
    }

    /** Mail for a phase that is over, by the deadline or an end, is ignored. */
    private void onMail(Phase waiting, Supplier<Next> step) {
        if (phase != waiting || state == SessionState.CLOSED) {
            return;
        }
        try {
            go(step.get());
        } catch (RuntimeException | Error bug) { // contained, since the mail of other sessions comes behind
            end(CloseReason.BUG);
            worker().onBug("a bug in usher, which closes a connection that goes on by mail", bug);
        }
    }

    /**
     * Leaves the backend. If the backend is gone, a session without an answer goes on with another backend; else the
     * session ends.
     */
    @Override
    void leaveBackend(CloseReason reason) {
        try {
            AttemptOutcome gone = AttemptOutcome.of(reason);
            Next elsewhere = gone == null || state == SessionState.CLOSED ? null : phase.leaveBackend(gone);
            if (elsewhere == null) {
                end(reason);
            } else {
                go(elsewhere);
            }
        } catch (RuntimeException | Error bug) { // contained, since other sessions must leave the backend as well
            end(CloseReason.BUG);
            worker().onBug("a bug in usher, which closes a connection that leaves its backend", bug);
        }
    }

    // ---- what comes next ----

    private void go(Next first) {
        Next next = first;
        while (!(next instanceof Next.Stay)) {
            next = act(next);
        }
    }

    private Next act(Next next) {
        return switch (next) {
            case Next.Stay _ -> next;
            case Next.CheckUser(Credentials said, Hearing asking) ->
                begin(new CheckingUser(link, choice, said, asking, this::goOnByMail));
            case Next.HearOn(Hearing asking) -> {
                phase = asking;
                yield asking.advanceWithKept();
            }
            case Next.LookUp(HostPort address) ->
                enter(SessionState.RESOLVING, new LookingUp(link, choice, address, this::goOnByMail));
            case Next.Connect _ -> enter(SessionState.CONNECTING, new Connecting(link, choice, null));
            case Next.TryAnother(AttemptOutcome outcome) ->
                enter(SessionState.CONNECTING, new Connecting(link, choice, outcome));
            case Next.Greet _ -> enter(SessionState.CONNECTING, new Greeting(link, choice));
            case Next.Vet _ -> enter(SessionState.CONNECTING, new Vetting(link, choice));
            case Next.Relay _ -> enter(SessionState.RELAYING, new Relaying(link, choice));
            case Next.HalfClose _ -> {
                moveTo(SessionState.HALF_CLOSED);
                yield Next.STAY;
            }
            case Next.Refuse(CloseReason reason) -> refuse(reason);
            case Next.End(CloseReason reason, Ending ending) -> {
                end(reason, ending);
                yield Next.STAY;
            }
        };
    }

    private Next enter(SessionState nextState, Phase nextPhase) {
        moveTo(nextState);
        return begin(nextPhase);
    }

    private Next begin(Phase nextPhase) {
        phase = nextPhase;
        return nextPhase.begin();
    }

    private void moveTo(SessionState nextState) {
        if (!state.mayBecome(nextState)) {
            throw new IllegalStateException(state + " may not become " + nextState);
        }
        state = nextState;
    }

    private Next refuse(CloseReason reason) {
        if (reason.ending() != Ending.REFUSAL) {
            return new Next.End(reason);
        }
        ByteBuffer word = choice.refusal(reason); // first, since the log has the status
        report(reason);
        choice.releaseBackend();
        link.backend.reset(); // the backend has not had the client's FIN
        return word == null
                ? new Next.End(reason, Ending.RESET) // as the refused connect would have looked
                : enter(SessionState.REFUSING, new Refusing(link, reason, word));
    }

    @Override
    void end(CloseReason reason) {
        end(reason, state == SessionState.REFUSING ? Ending.CLOSE : reason.ending()); // a RST could destroy the refusal
    }

    private void end(CloseReason reason, Ending ending) {
        if (state == SessionState.CLOSED) {
            return;
        }
        report(reason);
        client.place()
                .sessions()
                .remove(this); // first, so that ending every session comes to an end even if a later line fails
        moveTo(SessionState.CLOSED);
        try {
            choice.releaseBackend();
            link.close(ending);
        } finally { // a buffer or a place that stays taken would be missed for ever
            link.release();
            client.close();
        }
    }

    /** The first reason is the reason. */
    private void report(CloseReason reason) {
        if (!reported) {
            reported = true;
            new Account(client, choice, link).report(reason);
        }
    }

    // ---- for the list of sessions ----

    @Override
    long id() {
        return client.id();
    }

    @Override
    @Nullable
    InetAddress clientAddress() {
        return client.ip();
    }

    @Override
    ConnectionView view(Moment now) {
        return new Account(client, choice, link).view(state, now);
    }

    @Override
    boolean hasOneOf(Collection<Backend> backends) {
        return choice.hasOneOf(backends);
    }
}
