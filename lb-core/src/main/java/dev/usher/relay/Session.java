package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.loop.Worker;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.relay.CloseReason.Ending;
import dev.usher.route.Asked;
import dev.usher.route.Decision;
import dev.usher.route.Trace;
import dev.usher.time.Deadline;
import dev.usher.tls.ClientHello;
import dev.usher.tls.HelloCollector;
import dev.usher.tls.HelloRefusal;
import dev.usher.tls.HelloResult;
import dev.usher.tls.ServerFirstBytes;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client connection, from accept to close: its state, its two sides, the two halves of its relay, and its one
 * deadline. Events come in at {@link #onReady} and {@link #onDeadline}; every handler leaves by {@link #settle},
 * {@link #connect}, {@link #refuse} or {@link #end}.
 *
 * <p>The bytes that the connection opens with, hello and all that came with it, are kept until the backend's first byte.
 * Until then nothing that cannot be said again has been said, and another backend can take over.
 */
final class Session implements Deadline.Owner {
    /** Holds a hello of a usual size and whatever came with it; a larger one is collected in pieces. */
    private static final int FIRST_READ_BYTES = 16 * 1024;
    /** A client that is alive reads an alert within this time. */
    private static final long REFUSING_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A client that still sends this much after its alert does not read it. */
    private static final int MAX_DISCARDED_BYTES = 256 * 1024;
    /** A connection is asked for a sign of life after this much silence; most are over long before. */
    private static final long KEEPALIVE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Relay relay;
    private final Worker worker;
    private final RelayListener listener;
    private final long id;
    private final Side client;
    private final Side backend;
    private final Half up;
    private final Half down;
    private final Deadline deadline = new Deadline(this);

    private SessionState state = SessionState.AWAITING_HELLO;
    private @Nullable HelloCollector collector;
    private @Nullable ClientHello hello;
    private @Nullable String route;
    private @Nullable Pool pool;
    /** The backend that was tried last. */
    private @Nullable Backend chosen;
    /** True exactly while {@link #chosen} counts this session as open. */
    private boolean taken;

    private List<Backend> tried = List.of();
    private int attempts;
    /**
     * What the client opened with. While the hello is awaited: collected so far, up to position. Then: sent to the
     * backend up to position, to be sent up to limit. Null before the first byte that must be kept and after the
     * backend's first.
     */
    private @Nullable ByteBuffer opening;

    private boolean keepAlive;
    private boolean reported;
    private int discardedBytes;

    private final long acceptedNanos;
    private long helloNanos = SessionEnd.UNKNOWN;
    private long connectStartedNanos;
    private long connectNanos = SessionEnd.UNKNOWN;
    private long firstByteNanos = SessionEnd.UNKNOWN;

    /** Neighbours in the relay's list. */
    @Nullable
    Session previous;

    @Nullable
    Session next;

    Session(Relay relay, RelayListener listener, long id) {
        this.relay = relay;
        this.worker = relay.worker();
        this.listener = listener;
        this.id = id;
        this.client = new Side(this, worker);
        this.backend = new Side(this, worker);
        this.up = new Half(client, backend);
        this.down = new Half(backend, client);
        this.acceptedNanos = worker.nowNanos();
    }

    /** Takes the accepted connection. */
    void start(SocketChannel accepted) {
        client.open(accepted);
        Routing routing = relay.routing();
        // As of the same configuration: the listener itself is told of a new one a moment after it is in force.
        ListenerConfig config = routing.config().listeners().getOrDefault(listener.name(), listener.config());
        if (config.type() == ListenerType.TCP) {
            pool = routing.pools().get(config.pool());
            if (pool == null) { // the last connections of a listener that a reload takes away with its pool
                end(CloseReason.SHUTDOWN);
            } else {
                connect(CloseReason.NO_BACKEND);
            }
        } else {
            collector = new HelloCollector(config.clientHello().maxSizeBytes());
            worker.arm(deadline, config.clientHello().timeout().toNanos());
            client.watch(OP_READ);
        }
    }

    // ---- events ----

    /** A side is ready for {@code ops}. */
    void onReady(Side side, int ops) {
        switch (state) {
            case AWAITING_HELLO -> readHello();
            case CONNECTING -> {
                if (side == backend) {
                    finishConnect();
                } else { // it has more to say, or is gone: either can wait for the backend
                    client.watch(0);
                }
            }
            case RELAYING, HALF_CLOSED -> relay(side, ops);
            case REFUSING -> discard();
            case CLOSED -> {
                // The other side's event of the same turn closed it.
            }
        }
    }

    @Override
    public void onDeadline() {
        try {
            onDeadlineOfState();
        } catch (RuntimeException | Error bug) {
            end(CloseReason.BUG); // nothing else would: the deadline that would have ended it has passed
            throw bug;
        }
    }

    private void onDeadlineOfState() {
        switch (state) {
            case AWAITING_HELLO -> end(CloseReason.HELLO_TIMEOUT);
            case CONNECTING -> {
                giveBackendUp(CloseReason.CONNECT_TIMEOUT);
                connect(CloseReason.CONNECT_TIMEOUT);
            }
            case RELAYING -> onQuiet();
            case HALF_CLOSED -> end(quietReason(CloseReason.HALF_CLOSED_TIMEOUT));
            case REFUSING -> close(Ending.CLOSE);
            case CLOSED -> throw new IllegalStateException("a closed session has no deadline");
        }
    }

    private void moveTo(SessionState nextState) {
        if (!state.mayBecome(nextState)) {
            throw new IllegalStateException(state + " may not become " + nextState);
        }
        state = nextState;
        switch (nextState) {
            case AWAITING_HELLO -> throw new IllegalStateException("a session begins so, and never becomes so");
            case CONNECTING -> worker.arm(deadline, pool().timeouts().connectNanos());
            case RELAYING, HALF_CLOSED -> armQuiet();
            case REFUSING -> worker.arm(deadline, REFUSING_NANOS);
            case CLOSED -> worker.cancel(deadline);
        }
    }

    // ---- AWAITING_HELLO ----

    private void readHello() {
        ByteBuffer into = opening == null ? worker.buffer().clear().limit(FIRST_READ_BYTES) : withRoom(opening);
        if (into == null) {
            end(CloseReason.OUT_OF_BUFFERS);
            return;
        }
        int count = client.read(into);
        if (count < 0) {
            end(CloseReason.CLIENT_GONE_BEFORE_HELLO);
        } else if (count > 0) {
            onHelloBytes(into);
        }
    }

    /** The same bytes in a buffer that takes at least one more, or null if there is none. */
    private @Nullable ByteBuffer withRoom(ByteBuffer collected) {
        if (collected.hasRemaining()) {
            return collected;
        }
        ByteBuffer larger = worker.buffers().acquire(collected.capacity() * 2);
        if (larger != null) {
            larger.put(collected.flip());
            worker.buffers().release(collected);
            opening = larger;
        }
        return larger;
    }

    /** @param into all bytes so far, up to position */
    private void onHelloBytes(ByteBuffer into) {
        int end = into.position();
        int limit = into.limit();
        HelloResult result = collector().collect(into.flip());
        into.limit(limit).position(end);
        switch (result) {
            case HelloResult.NeedMore _ -> keepOpening(into);
            case HelloResult.Refused refused -> refuse(reasonOf(refused.reason()));
            case HelloResult.Hello read -> {
                if (keepOpening(into)) {
                    onHello(read.hello());
                }
            }
        }
    }

    /** Moves what was read to a buffer of the session's own, unless it is there already; false if there was none. */
    private boolean keepOpening(ByteBuffer read) {
        if (opening != null) {
            return true;
        }
        opening = worker.buffers().acquire(read.position());
        if (opening == null) {
            end(CloseReason.OUT_OF_BUFFERS);
            return false;
        }
        opening.put(read.flip());
        return true;
    }

    private void onHello(ClientHello read) {
        collector = null;
        hello = read;
        helloNanos = worker.clock().nanos() - acceptedNanos;
        listener.metrics().hello().record(helloNanos);
        Asked asked = new Asked(
                listener.name(), read.serverName(), read.alpn(), clientAddress().getAddress());
        // Read only here, and used up within this turn: what a reload removes is in no session's hands a turn later.
        switch (relay.routing().routes().decide(asked, Trace.NONE)) {
            case Decision.Serve serve -> {
                route = serve.route();
                pool = serve.pool();
                opening().flip();
                connect(CloseReason.NO_BACKEND);
            }
            case Decision.Refuse refused -> {
                route = refused.route();
                refuse(reasonOf(refused.why()));
            }
        }
    }

    private static CloseReason reasonOf(HelloRefusal refusal) {
        return switch (refusal) {
            case NOT_TLS -> CloseReason.NOT_TLS;
            case MALFORMED -> CloseReason.MALFORMED_HELLO;
            case TOO_LARGE -> CloseReason.HELLO_TOO_LARGE;
            case INVALID_NAME -> CloseReason.INVALID_NAME;
        };
    }

    private static CloseReason reasonOf(Decision.Refusal refusal) {
        return switch (refusal) {
            case NO_SNI -> CloseReason.NO_SNI;
            case NO_SNI_SILENT -> CloseReason.NO_SNI_CLOSED;
            case UNKNOWN_NAME -> CloseReason.UNKNOWN_NAME;
            case UNKNOWN_NAME_SILENT -> CloseReason.UNKNOWN_NAME_CLOSED;
            case DENIED -> CloseReason.DENIED;
        };
    }

    // ---- CONNECTING ----

    /**
     * Tries one backend after another until a connect is under way, and gives up when none is left.
     *
     * @param soFar what the client is told if there is none at all
     */
    private void connect(CloseReason soFar) {
        CloseReason failure = soFar;
        followPool();
        long clientHash = pool().clientHash(clientAddress());
        while (attempts <= pool().config().retries()) {
            Backend picked = pool().pick(clientHash, tried);
            if (picked == null) {
                break;
            }
            chosen = picked;
            taken = true;
            attempts++;
            connectNanos = SessionEnd.UNKNOWN;
            moveTo(SessionState.CONNECTING);
            CloseReason failed = startConnect(picked);
            if (failed == null) {
                if (backend.channel().isConnected()) {
                    onConnected();
                }
                return;
            }
            giveBackendUp(failed);
            failure = failed;
        }
        refuse(failure);
    }

    /** A reload meanwhile has replaced the pool: its backends of now are the ones that a further attempt can have. */
    private void followPool() {
        Pool successor = relay.routing().pools().get(pool().name());
        if (attempts > 0 && successor != null) {
            pool = successor;
        }
    }

    /** @return why it failed at once; null if it is under way or done */
    private @Nullable CloseReason startConnect(Backend picked) {
        try {
            backend.open(worker.openChannel(picked.address()));
        } catch (IOException outOfDescriptors) {
            return CloseReason.OUT_OF_SOCKETS;
        }
        connectStartedNanos = worker.clock().nanos();
        SocketChannel channel = backend.channel();
        try {
            // To a backend on this machine the handshake is over by now, and asking once saves a turn of the loop.
            if (!channel.connect(picked.address()) && !channel.finishConnect()) {
                backend.watch(OP_CONNECT);
            }
            return null;
        } catch (IOException refused) {
            return reasonOf(refused);
        }
    }

    private void finishConnect() {
        try {
            if (backend.channel().finishConnect()) {
                onConnected();
            }
        } catch (IOException refused) {
            CloseReason failure = reasonOf(refused);
            giveBackendUp(failure);
            connect(failure);
        }
    }

    private static CloseReason reasonOf(IOException refused) {
        return switch (refused) {
            case BindException _ -> CloseReason.OUT_OF_SOCKETS; // EADDRNOTAVAIL: no local port is left
            case ConnectException _ -> CloseReason.CONNECT_REFUSED;
            default -> CloseReason.CONNECT_FAILED;
        };
    }

    private void onConnected() {
        connectNanos = worker.clock().nanos() - connectStartedNanos;
        pool().latencies(relay.index()).connect().record(connectNanos);
        moveTo(SessionState.RELAYING);
        sendOpening();
        settle();
    }

    /** Lets the backend go, for another to be tried. */
    private void giveBackendUp(CloseReason failure) {
        if (failure != CloseReason.OUT_OF_SOCKETS) {
            pool().failed(chosen(), worker.nowNanos());
        }
        releaseBackend();
        backend.reset();
        if (tried.isEmpty()) {
            tried = new ArrayList<>();
        }
        tried.add(chosen());
        if (opening != null) {
            up.sent(-opening.position());
            opening.rewind();
        }
    }

    // ---- RELAYING, HALF_CLOSED ----

    private void relay(Side side, int ops) {
        if ((ops & OP_WRITE) != 0) {
            if (side == backend) {
                sendOpening();
            }
            halfInto(side).flush(worker);
        }
        if ((ops & OP_READ) != 0) {
            if (side == backend) {
                readBackend();
            } else {
                readClient();
            }
        }
        settle();
    }

    private Half halfInto(Side side) {
        return side == backend ? up : down;
    }

    private void sendOpening() {
        if (hasOpeningToSend()) {
            up.sent(Math.max(0, backend.write(opening())));
        }
    }

    private boolean hasOpeningToSend() {
        return opening != null && opening.hasRemaining();
    }

    private void readClient() {
        if (hasOpeningToSend() || !up.wantsRead()) {
            return; // not what the interest was: the other side's event of this turn changed it
        }
        if (up.move(worker) > 0) {
            forgetOpening(); // the backend has now had more than can be said again
        }
    }

    private void readBackend() {
        if (!down.wantsRead()) {
            return;
        }
        int count = down.move(worker);
        if (count > 0 && firstByteNanos == SessionEnd.UNKNOWN) {
            onFirstByte(worker.buffer().position(0).limit(count));
        }
        if (firstByteNanos != SessionEnd.UNKNOWN && !hasOpeningToSend()) {
            forgetOpening();
        }
    }

    /** @param bytes the first that the backend sent; passed on already */
    private void onFirstByte(ByteBuffer bytes) {
        firstByteNanos = worker.clock().nanos() - connectStartedNanos - connectNanos;
        pool().latencies(relay.index()).firstByte().record(firstByteNanos);
        if (hello != null && ServerFirstBytes.look(bytes) == ServerFirstBytes.INTERNAL_ERROR) {
            pool().failed(chosen(), worker.nowNanos());
        } else {
            chosen().succeeded();
        }
    }

    private void forgetOpening() {
        if (opening != null) {
            worker.buffers().release(opening);
            opening = null;
        }
    }

    /** After any event of a relay: draws the conclusions. */
    private void settle() {
        if (client.isBroken()) {
            end(CloseReason.CLIENT_RESET);
        } else if (backendLeftUnheard()) {
            tryAnotherBackend();
        } else if (backend.isBroken() && wasUnheard()) {
            refuse(CloseReason.BACKEND_CLOSED_EARLY);
        } else if (backend.isBroken()) {
            end(CloseReason.BACKEND_RESET);
        } else if (up.isStarved() || down.isStarved()) {
            end(CloseReason.OUT_OF_BUFFERS);
        } else if (up.isDrained() && down.isDrained()) {
            end(completedReason());
        } else {
            passFins();
            watch();
            armQuiet();
        }
    }

    /** True exactly when the backend closed or reset before its first byte, and all it was told can be told again. */
    private boolean backendLeftUnheard() {
        return opening != null
                && firstByteNanos == SessionEnd.UNKNOWN
                && !up.hasEnded()
                && (backend.isBroken() || down.hasEnded());
    }

    private void tryAnotherBackend() {
        giveBackendUp(CloseReason.BACKEND_CLOSED_EARLY);
        down.reopen();
        if (Objects.requireNonNull(hello).offersEarlyData()) {
            refuse(CloseReason.BACKEND_CLOSED_EARLY); // its early data may have been acted on: never twice
        } else {
            connect(CloseReason.BACKEND_CLOSED_EARLY);
        }
    }

    /** The last FIN is passed on by closing. */
    private void passFins() {
        if (up.isDrained() && !up.isShut()) {
            up.shut();
            halfClose();
        }
        if (down.isDrained() && !down.isShut()) {
            down.shut();
            halfClose();
        }
    }

    private void halfClose() {
        if (state == SessionState.RELAYING) {
            moveTo(SessionState.HALF_CLOSED);
        }
    }

    private void watch() {
        boolean sending = hasOpeningToSend();
        client.watch((up.wantsRead() && !sending ? OP_READ : 0) | (down.wantsWrite() ? OP_WRITE : 0));
        backend.watch((down.wantsRead() ? OP_READ : 0) | (up.wantsWrite() || sending ? OP_WRITE : 0));
    }

    /** A byte has passed: the time without one begins again. */
    private void armQuiet() {
        long quiet;
        if (state == SessionState.HALF_CLOSED) {
            quiet = pool().timeouts().halfClosedNanos();
        } else if (keepAlive) {
            quiet = pool().timeouts().idleNanos();
        } else {
            quiet = Math.min(KEEPALIVE_AFTER_NANOS, pool().timeouts().idleNanos());
        }
        worker.arm(deadline, Math.min(quiet, lifetimeLeft()));
    }

    private long lifetimeLeft() {
        long max = pool().timeouts().maxLifetimeNanos();
        return max == Long.MAX_VALUE ? max : max - (worker.nowNanos() - acceptedNanos);
    }

    private void onQuiet() {
        long rest = pool().timeouts().idleNanos() - KEEPALIVE_AFTER_NANOS;
        if (keepAlive || rest <= 0 || lifetimeLeft() <= 0) {
            end(quietReason(CloseReason.IDLE_TIMEOUT));
            return;
        }
        keepAlive = true;
        client.keepAlive();
        backend.keepAlive();
        worker.arm(deadline, Math.min(rest, lifetimeLeft()));
    }

    private CloseReason quietReason(CloseReason otherwise) {
        if (lifetimeLeft() <= 0) {
            return CloseReason.MAX_LIFETIME;
        }
        return wasUnheard() ? CloseReason.BACKEND_SILENT : otherwise;
    }

    /** Where the backend was the first to close, without a word, the session was not served. */
    private CloseReason completedReason() {
        return wasUnheard() && !up.isShut() ? CloseReason.BACKEND_CLOSED_EARLY : CloseReason.COMPLETED;
    }

    /** True exactly when a TLS client got no answer at all. Other protocols may have none. */
    private boolean wasUnheard() {
        return hello != null && firstByteNanos == SessionEnd.UNKNOWN;
    }

    // ---- REFUSING, CLOSED ----

    /** Ends a session whose client has not had a byte: with an alert, if the reason has one. */
    private void refuse(CloseReason reason) {
        if (reason.ending() != Ending.ALERT) {
            end(reason);
            return;
        }
        report(reason);
        backend.close();
        releaseBackend();
        if (listener.config().type() == ListenerType.TCP) {
            close(Ending.RESET); // no protocol to say it in: a RST is what the refused connect would have been
            return;
        }
        ByteBuffer alert = Objects.requireNonNull(reason.alert()).record();
        if (client.write(alert) == Side.BROKEN || alert.hasRemaining()) {
            close(Ending.CLOSE);
            return;
        }
        client.shutdownOutput();
        moveTo(SessionState.REFUSING);
        forgetOpening();
        client.watch(OP_READ);
    }

    private void discard() {
        int count = client.read(worker.buffer().clear());
        discardedBytes += Math.max(0, count);
        if (count < 0 || discardedBytes > MAX_DISCARDED_BYTES) {
            close(Ending.CLOSE);
        }
    }

    /** Ends the session in any state, at once; of one that has ended nothing is left to do. */
    void end(CloseReason reason) {
        if (state == SessionState.CLOSED) {
            return;
        }
        report(reason);
        close(reason.ending());
    }

    private void close(Ending ending) {
        close(client, down, ending);
        close(backend, up, ending);
        moveTo(SessionState.CLOSED);
        releaseBackend();
        forgetOpening();
        up.release(worker);
        down.release(worker);
        relay.unlink(this);
        listener.onClosed();
    }

    /** @param into what was on its way to this side: a FIN would pass off as the whole what it has of it */
    private static void close(Side side, Half into, Ending ending) {
        if (ending == Ending.RESET || into.wantsWrite()) {
            side.reset();
        } else {
            side.close();
        }
    }

    /** True exactly while it counts as open on one of these. */
    boolean hasOneOf(Collection<Backend> backends) {
        return taken && backends.contains(chosen);
    }

    private void releaseBackend() {
        if (taken) {
            taken = false;
            chosen().release();
        }
    }

    /** Counts and logs the end; the first reason is the reason. */
    private void report(CloseReason reason) {
        if (reported) {
            return;
        }
        reported = true;
        listener.metrics().ended().of(reason).increment();
        if (taken && state != SessionState.CONNECTING) {
            chosen().served(up.bytes(), down.bytes());
        }
        if (chosen != null) {
            pool().latencies(relay.index()).session().record(worker.nowNanos() - acceptedNanos);
        }
        try {
            if (relay.log().wants(reason)) {
                relay.log().ended(relay.index(), describe(reason));
            }
        } catch (RuntimeException | Error bug) { // of a log, which is not ours: the session has yet to be closed
            worker.onBug("the log of sessions failed", bug);
        }
    }

    private SessionEnd describe(CloseReason reason) {
        return new SessionEnd(
                id,
                listener.name(),
                clientAddress(),
                hello == null || hello.serverName() == null
                        ? null
                        : hello.serverName().name(),
                hello == null ? null : hello.alpn(),
                route,
                pool == null ? null : pool.name(),
                chosen == null ? null : chosen.name(),
                attempts,
                reason,
                helloNanos,
                connectNanos,
                firstByteNanos,
                worker.clock().nanos() - acceptedNanos,
                up.bytes(),
                down.bytes());
    }

    private InetSocketAddress clientAddress() {
        try {
            return (InetSocketAddress) client.channel().getRemoteAddress();
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its peer", e);
        }
    }

    // ---- what a state guarantees ----

    private HelloCollector collector() {
        return Objects.requireNonNull(collector, "while the hello is awaited");
    }

    private ByteBuffer opening() {
        return Objects.requireNonNull(opening, "from the first byte kept to the backend's first");
    }

    private Pool pool() {
        return Objects.requireNonNull(pool, "once connecting");
    }

    private Backend chosen() {
        return Objects.requireNonNull(chosen, "once connecting");
    }
}
