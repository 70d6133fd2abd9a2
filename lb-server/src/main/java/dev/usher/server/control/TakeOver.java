package dev.usher.server.control;

import dev.usher.admin.Control;
import dev.usher.descriptor.DescriptorMail;
import dev.usher.descriptor.ListeningDescriptors;
import dev.usher.pool.BackendOrder;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the listening sockets of this serving process to a new process of the same user with the same file. Both accept
 * for a moment, and this process ends after the new process serves. A single new process at a time; an end of the
 * conversation before the answer to {@code SERVES} changes nothing here.
 *
 * <pre>
 *   IDLE --new process arrives--> UNDER_WAY --new process serves--> GIVEN
 *     ^                              |
 *     +---- new process leaves ------+
 * </pre>
 */
public final class TakeOver extends Conversation {
    static final String PATH = "/take-over";
    /** News for the watcher. No answer. */
    static final String STEP = PATH + "/step";
    /** How many sockets there are. */
    static final String SOCKETS = PATH + "/sockets";
    /** Sends the sockets just counted. */
    static final String SEND = PATH + "/send";
    /** Frees the admin side's address, where sockets cannot be passed. */
    static final String ADMIN = PATH + "/admin";
    /** The orders of people for backends. */
    static final String ORDERS = PATH + "/orders";
    /** The new process accepts. */
    static final String SERVES = PATH + "/serves";

    /** Time for a new process in all: a start, look-ups, first probes; a launcher may have to build the program. */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int OK = 200;
    private static final Logger log = LoggerFactory.getLogger(TakeOver.class);

    /** The process of today: gives the sockets. */
    public interface Giver {
        /** True if this process serves the file. */
        boolean serves(String file);

        /** True once the sockets are this process's own: no take-over is under way on the other side. */
        boolean settled();

        /** Addresses to pass the sockets of. */
        Set<SocketAddress> addresses();

        /** Addresses whose sockets the service manager has opened. */
        Set<SocketAddress> lasting();

        List<BackendOrder> orders();

        /** Frees the admin side's address. */
        void letAdminGo();

        /** Tells the service manager of the new process, once the new process knows that this process ends. */
        void goesTo(long pid);

        /** Stops accepting, and begins the drain. Does not wait. */
        void leave(long pid, Set<SocketAddress> taken);
    }

    /** Watcher of a take-over; on the thread of the new process's connection. */
    interface Watcher {
        void step(String text);

        /** Called when the new process serves. Returns when the end of this process may begin. */
        void served(long pid);
    }

    private enum State {
        IDLE,
        UNDER_WAY,
        GIVEN
    }

    /** The first message of a new process. */
    record Arrival(
            long pid, @Nullable String file, @Nullable String usher) {}

    /** Anything in words. */
    record Step(@Nullable String detail) {}

    /** @param refusal the reason for passing no socket; null without a reason */
    record Sockets(
            int count,
            @Nullable List<Place> lasting,
            @Nullable String refusal) {}

    /** The orders for backends. */
    record Orders(@Nullable List<BackendOrder> orders) {}

    /** @param taken addresses served by the new process with sockets of this process */
    record Serving(@Nullable List<Place> taken) {}

    private final Giver giver;
    private final long self = ProcessHandle.current().pid();
    /** Guarded by this, like the field below. */
    private State state = State.IDLE;

    private @Nullable Watcher watcher;

    public TakeOver(Giver giver) {
        this.giver = giver;
    }

    @Override
    String path() {
        return PATH;
    }

    /** Sets the watcher of the next steps; null for no watcher. */
    synchronized void watch(@Nullable Watcher next) {
        watcher = next;
    }

    /** Refuses every process from now on: this process ends. */
    public synchronized void close() {
        state = State.GIVEN;
    }

    /** True while a new process is here. */
    synchronized boolean isUnderWay() {
        return state == State.UNDER_WAY;
    }

    @Override
    void hold(Visitor visitor) throws IOException {
        Arrival arrival = Protocol.body(visitor.body(), Arrival.class);
        String refusal = refusal(visitor, arrival);
        if (refusal != null) {
            ControlSocket.answer(visitor.channel(), reply(409, new Step(refusal)));
            return;
        }
        try (ChannelDeadline _ = ChannelDeadline.of(visitor.channel(), PATIENCE)) {
            ControlSocket.answer(visitor.channel(), reply(OK, new Step("")));
            tell("usher " + arrival.usher() + " has started");
            Serving serving = converse(visitor, arrival.pid());
            if (serving != null) {
                give(visitor, arrival.pid(), Place.addresses(serving.taken()));
            }
        } finally {
            leaves();
        }
    }

    private synchronized @Nullable String refusal(Visitor visitor, Arrival arrival) {
        if (!visitor.sameUser()) {
            return "only a process of the same user may take over: start it as the user of process " + self
                    + ", or use usher upgrade";
        }
        if (arrival.file() == null || !giver.serves(arrival.file())) {
            return "process " + self + " serves another file than " + arrival.file();
        }
        String bound = Container.refusal();
        if (bound != null) {
            return bound;
        }
        if (!giver.settled()) {
            return "process " + self + " is taking over itself: try again";
        }
        String taken = switch (state) {
            case IDLE -> null;
            case UNDER_WAY -> "another process is taking over from process " + self + " already";
            case GIVEN -> "process " + self + " is about to end";
        };
        if (taken == null) {
            state = State.UNDER_WAY;
        }
        return taken;
    }

    private synchronized void leaves() {
        if (state == State.UNDER_WAY) {
            state = State.IDLE;
        }
    }

    /** Answers until the new process serves; null if the new process leaves. */
    private @Nullable Serving converse(Visitor visitor, long pid) throws IOException {
        List<Integer> counted = List.of();
        while (true) {
            byte[] line = visitor.reader().line();
            if (line == null) {
                return null;
            }
            Protocol.Whole request = Protocol.read(line, Protocol.Request.class).whole();
            switch (request.path()) {
                case STEP ->
                    tell(String.valueOf(
                            Protocol.body(request.body(), Step.class).detail()));
                case SOCKETS -> counted = count(visitor);
                case SEND -> DescriptorMail.send(pid, counted);
                case ADMIN -> {
                    giver.letAdminGo();
                    ControlSocket.answer(visitor.channel(), reply(OK, new Step("")));
                }
                case ORDERS -> ControlSocket.answer(visitor.channel(), reply(OK, new Orders(giver.orders())));
                case SERVES -> {
                    return Protocol.body(request.body(), Serving.class);
                }
                default -> throw new IOException("a take-over knows no " + request.path());
            }
        }
    }

    private List<Integer> count(Visitor visitor) throws IOException {
        List<Integer> descriptors = new ArrayList<>();
        String refusal = null;
        try {
            descriptors.addAll(ListeningDescriptors.of(giver.addresses()).keySet());
        } catch (IOException | LinkageError | IllegalCallerException e) { // the machine, or the JVM, refuses the calls
            refusal = String.valueOf(e.getMessage());
        }
        Sockets answer = new Sockets(descriptors.size(), Place.of(giver.lasting()), refusal);
        ControlSocket.answer(visitor.channel(), reply(OK, answer));
        return descriptors;
    }

    /**
     * Answers first: where the answer fails, the new process is gone, and nobody has been told of the process. The end of
     * the answers says that the service manager listens to the new process from then on.
     */
    private void give(Visitor visitor, long pid, Set<SocketAddress> taken) throws IOException {
        ControlSocket.answer(visitor.channel(), reply(OK, new Step("")));
        Watcher watching;
        synchronized (this) {
            state = State.GIVEN;
            watching = watcher;
        }
        giver.goesTo(pid);
        endAnswers(visitor);
        if (watching != null) {
            watching.served(pid);
        }
        giver.leave(pid, taken);
    }

    private static void endAnswers(Visitor visitor) {
        try {
            visitor.channel().shutdownOutput();
        } catch (IOException e) { // the new process serves, and does not wait for long
            log.debug("the new process does not wait for the end of the answers", e);
        }
    }

    private void tell(String text) {
        Watcher watching;
        synchronized (this) {
            watching = watcher;
        }
        if (watching != null) {
            watching.step(text);
        }
    }

    private static Control.Reply reply(int status, Object body) {
        return new Control.Reply(status, Protocol.text(body));
    }
}
