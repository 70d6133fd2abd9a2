package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Cidr;
import dev.usher.config.ListenerConfig;
import dev.usher.loop.Worker;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolTimeouts;
import dev.usher.proxy.ProxyHeader;
import dev.usher.proxy.ProxyHeaderCollector;
import dev.usher.proxy.ProxyHeaderResult;
import dev.usher.proxy.ProxyTlvs;
import dev.usher.proxy.ProxyVersions;
import dev.usher.relay.CloseReason.Ending;
import dev.usher.route.Asked;
import dev.usher.route.Decision;
import dev.usher.route.Trace;
import dev.usher.time.Deadline;
import dev.usher.time.Moment;
import dev.usher.tls.ClientHello;
import dev.usher.tls.HelloCollector;
import dev.usher.tls.HelloRefusal;
import dev.usher.tls.HelloResult;
import dev.usher.tls.ServerFirstBytes;
import dev.usher.view.ConnectionView;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client connection, from accept to close: its state, its two sides, the two halves of its relay, and its one
 * deadline. Events come in at {@link #onReady} and {@link #onDeadline}; every handler leaves by {@link #settle},
 * {@link #connect}, {@link #refuse} or {@link #end}.
 */
final class Session implements Deadline.Owner, Quiet.Relay {
    /** A client that is alive reads an alert within this time. */
    private static final long REFUSING_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A client that still sends this much after its alert does not read it. */
    private static final int MAX_DISCARDED_BYTES = 256 * 1024;

    private final Relay relay;
    private final Worker worker;
    private final RelayListener listener;
    private final long id;
    private final Side client;
    private final Side backend;
    private final Half up;
    private final Half down;
    private final Deadline deadline = new Deadline(this);
    private final Quiet quiet = new Quiet();
    private final Opening opening;
    private final long acceptedNanos;

    private SessionState state = SessionState.AWAITING_HELLO;
    private @Nullable ProxyHeaderCollector headerCollector;
    private @Nullable HelloCollector helloCollector;
    /** What a trusted proxy says of the client; null if none does. */
    private ProxyHeaderResult.@Nullable Header proxied;

    private @Nullable ClientHello hello;
    /** The server name of a hello that is refused for it, escaped. */
    private @Nullable String refusedName;

    private @Nullable String route;
    private @Nullable Attempts attempts;
    private long helloNanos = SessionEnd.UNKNOWN;
    private int clientLimit = ClientLimits.NOT_COUNTED;
    /** True exactly during the turn in which a side is watched for having broken. */
    private boolean looking;

    private boolean reported;
    private int discardedBytes;

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
        this.up = new Half(client, backend, relay.received());
        this.down = new Half(backend, client, relay.sent());
        this.opening = new Opening(this, worker, relay.unfinished());
        this.acceptedNanos = worker.nowNanos();
    }

    /** Takes the accepted connection. */
    void start(SocketChannel accepted) {
        client.open(accepted);
        ListenerConfig config = listener.config(relay.routing());
        worker.arm(deadline, config.clientHello().timeout().toNanos());
        if (config.acceptProxyProtocol() == AcceptProxyProtocol.NONE) {
            onClientKnown();
        } else if (isTrusted(config.trustedProxies())) {
            headerCollector = new ProxyHeaderCollector(versions(config.acceptProxyProtocol()));
            client.watch(OP_READ);
        } else {
            end(CloseReason.PROXY_NOT_TRUSTED);
        }
    }

    /** Goes on where the client's address is known: with its hello, or at once where there is none to await. */
    private void onClientKnown() {
        Routing routing = relay.routing();
        ListenerConfig config = listener.config(routing);
        clientLimit = relay.clientLimits().admit(clientAddress().getAddress(), routing, worker.nowNanos());
        if (clientLimit < 0 && clientLimit != ClientLimits.NOT_COUNTED) {
            end(clientLimit == ClientLimits.TOO_MANY ? CloseReason.CLIENT_CONNECTIONS : CloseReason.CLIENT_RATE);
        } else if (config.type().readsNames()) {
            helloCollector = new HelloCollector(config.clientHello().maxSizeBytes());
            client.watch(OP_READ);
        } else {
            connectTo(routing.pools().get(config.pool()));
        }
    }

    // ---- events ----

    /** A side is ready for {@code ops}. */
    void onReady(Side side, int ops) {
        switch (state) {
            case AWAITING_HELLO -> readOpening();
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
            case AWAITING_HELLO -> end(headerCollector == null ? CloseReason.HELLO_TIMEOUT : CloseReason.PROXY_HEADER);
            case CONNECTING -> tryAnother(attempts().timedOut());
            case RELAYING, HALF_CLOSED -> onQuiet();
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
            case CONNECTING -> worker.arm(deadline, attempts().timeoutNanos());
            case RELAYING, HALF_CLOSED -> restartQuiet();
            case REFUSING -> worker.arm(deadline, REFUSING_NANOS);
            case CLOSED -> worker.cancel(deadline);
        }
    }

    // ---- AWAITING_HELLO ----

    private void readOpening() {
        ByteBuffer into = opening.room();
        if (into == null) {
            end(CloseReason.OUT_OF_BUFFERS);
            return;
        }
        int count = client.read(into);
        if (count < 0) {
            boolean inHeader = headerCollector != null && opening.isKept();
            end(inHeader ? CloseReason.PROXY_HEADER : CloseReason.CLIENT_GONE_BEFORE_HELLO);
        } else if (count > 0 && headerCollector != null) {
            onHeaderBytes(headerCollector, into);
        } else if (count > 0) {
            onHelloBytes(into);
        }
    }

    /** @param into all bytes so far, up to position */
    private void onHeaderBytes(ProxyHeaderCollector collector, ByteBuffer into) {
        int end = into.position();
        int limit = into.limit();
        ProxyHeaderResult result = collector.collect(into.flip());
        into.limit(limit).position(end);
        switch (result) {
            case ProxyHeaderResult.NeedMore _ -> keepOpening(into);
            case ProxyHeaderResult.Refused _ -> end(CloseReason.PROXY_HEADER);
            case ProxyHeaderResult.Header header -> {
                headerCollector = null;
                proxied = header;
                opening.onClientKnown();
                into.flip().position(header.length());
                into.compact(); // what came behind the header is the client's own
                afterHeader(into);
            }
        }
    }

    private void afterHeader(ByteBuffer into) {
        boolean more = into.position() > 0;
        if (more && !keepOpening(into)) {
            return;
        }
        if (!more) {
            opening.forget();
        }
        onClientKnown();
        if (more && state == SessionState.AWAITING_HELLO) {
            ByteBuffer kept = opening.room();
            if (kept == null) {
                end(CloseReason.OUT_OF_BUFFERS);
            } else {
                onHelloBytes(kept);
            }
        }
    }

    /** @param into all bytes so far, up to position */
    private void onHelloBytes(ByteBuffer into) {
        int end = into.position();
        int limit = into.limit();
        HelloResult result =
                Objects.requireNonNull(helloCollector, "while it is awaited").collect(into.flip());
        into.limit(limit).position(end);
        switch (result) {
            case HelloResult.NeedMore _ -> keepOpening(into);
            case HelloResult.Refused refused -> {
                refusedName = refused.name();
                if (refusedName != null) {
                    relay.names().countRefused(refusedName, worker.nowNanos());
                }
                refuse(reasonOf(refused.reason()));
            }
            case HelloResult.Hello read -> {
                opening.whole();
                if (keepOpening(into)) {
                    onHello(read.hello());
                }
            }
        }
    }

    /** False if there is no buffer to keep it in; then the session has ended. */
    private boolean keepOpening(ByteBuffer read) {
        boolean kept = opening.keep(read);
        if (!kept) {
            end(CloseReason.OUT_OF_BUFFERS);
        }
        return kept;
    }

    private void onHello(ClientHello read) {
        helloCollector = null;
        hello = read;
        helloNanos = worker.clock().nanos() - acceptedNanos;
        listener.metrics().hello().record(helloNanos);
        Asked asked = new Asked(
                listener.name(), read.serverName(), read.alpn(), clientAddress().getAddress());
        // Read only here, and used up within this turn: what a reload removes is in no session's hands a turn later.
        Decision decision = relay.routing().routes().decide(asked, Trace.NONE);
        if (read.serverName() != null) {
            relay.names().count(read.serverName(), decision, worker.nowNanos());
        }
        switch (decision) {
            case Decision.Serve serve -> {
                route = serve.route();
                connectTo(serve.pool());
            }
            case Decision.Refuse refused -> {
                route = refused.route();
                refuse(CloseReason.of(refused.why()));
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

    // ---- CONNECTING ----

    /** @param pool null for the last connections of a listener that a reload takes away with its pool */
    private void connectTo(@Nullable Pool pool) {
        if (pool == null) {
            end(CloseReason.SHUTDOWN);
            return;
        }
        if (relay.own().isOwn(client.channel())) {
            refuse(CloseReason.LOOP);
            return;
        }
        attempts = new Attempts(pool, relay.index(), worker.clock(), clientAddress(), relay.own());
        opening.ready();
        if (putHeaderInFront(pool)) {
            connect(CloseReason.NO_BACKEND);
        } else {
            end(CloseReason.OUT_OF_BUFFERS);
        }
    }

    private boolean putHeaderInFront(Pool pool) {
        return switch (pool.config().sendProxyProtocol()) {
            case NONE -> true;
            case V1 ->
                opening.putInFront(
                        ProxyHeader.MAX_V1_BYTES,
                        into -> ProxyHeader.writeV1(into, clientAddress(), destinationAddress()));
            case V2 ->
                opening.putInFront(
                        ProxyHeader.MAX_V2_BYTES,
                        into -> ProxyHeader.writeV2(into, clientAddress(), destinationAddress(), tlvs()));
        };
    }

    private ProxyTlvs tlvs() {
        return hello == null
                ? ProxyTlvs.ofHello(null, List.of(), relay.cid(id))
                : ProxyTlvs.ofHello(hello.sentName(), hello.alpn(), relay.cid(id));
    }

    /**
     * Tries one backend after another until a connect is under way, and gives up when none is left.
     *
     * @param soFar what the client is told if there is none at all
     */
    private void connect(CloseReason soFar) {
        CloseReason failure = soFar;
        for (Backend picked = attempts().next();
                picked != null;
                picked = attempts().next()) {
            moveTo(SessionState.CONNECTING);
            AttemptOutcome failed = startConnect(picked);
            if (failed == null) {
                if (backend.channel().isConnected()) {
                    onConnected();
                }
                return;
            }
            giveBackendUp(failed);
            failure = failed.reason();
        }
        refuse(failure);
    }

    /** @return why it failed at once; null if it is under way or done */
    private @Nullable AttemptOutcome startConnect(Backend picked) {
        try {
            backend.open(worker.openChannel(picked.address(), opening.hasMore()));
        } catch (IOException outOfDescriptors) {
            return AttemptOutcome.NO_SOCKET;
        } catch (UnsupportedOperationException noSuchFamily) { // an IPv6 address, on a machine without
            return AttemptOutcome.UNREACHABLE;
        }
        SocketChannel channel = backend.channel();
        try {
            // To a backend on this machine the handshake is over by now, and asking once saves a turn of the loop.
            if (!channel.connect(picked.address()) && !channel.finishConnect()) {
                backend.watch(OP_CONNECT);
            }
            return null;
        } catch (IOException refused) {
            return outcomeOf(refused);
        }
    }

    private void finishConnect() {
        try {
            if (backend.channel().finishConnect()) {
                onConnected();
            }
        } catch (IOException refused) {
            tryAnother(outcomeOf(refused));
        }
    }

    private static AttemptOutcome outcomeOf(IOException refused) {
        return switch (refused) {
            case BindException _ -> AttemptOutcome.NO_SOCKET; // EADDRNOTAVAIL: no local port is left
            case ConnectException _ -> AttemptOutcome.REFUSED;
            default -> AttemptOutcome.UNREACHABLE;
        };
    }

    private void onConnected() {
        attempts().connected(backend.channel());
        if (hello == null && relay.own().isOwn(client.channel())) { // it was accepted before the other worker noted it
            refuse(CloseReason.LOOP);
            return;
        }
        quiet.awaitAnswer(worker.nowNanos());
        moveTo(SessionState.RELAYING);
        sendOpening();
        settle();
    }

    private void tryAnother(AttemptOutcome failure) {
        giveBackendUp(failure);
        attempts().follow(relay.routing().pools().get(pool().name()));
        connect(failure.reason());
    }

    private void giveBackendUp(AttemptOutcome failure) {
        attempts().failed(failure);
        backend.reset();
        quiet.newSocket();
        up.sent(-opening.rewind());
    }

    // ---- RELAYING, HALF_CLOSED ----

    private void relay(Side side, int ops) {
        if (looking && (ops & OP_CONNECT) != 0) {
            end(side == client ? CloseReason.CLIENT_RESET : CloseReason.BACKEND_RESET);
            return;
        }
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
        if (opening.hasMore()) {
            up.sent(opening.sendTo(backend));
        }
        if (hello == null && !opening.hasMore()) {
            opening.forget(); // a protocol without a hello: what a backend does with it cannot be known, nor said again
        }
    }

    private void readClient() {
        if (opening.hasMore() || !up.wantsRead()) {
            return; // not what the interest was: the other side's event of this turn changed it
        }
        if (up.move(worker) > 0) {
            opening.forget(); // the backend has now had more than can be said again
        }
    }

    private void readBackend() {
        if (!down.wantsRead()) {
            return;
        }
        int count = down.move(worker);
        if (count > 0 && !attempts().wasAnswered()) {
            onFirstByte(worker.buffer().position(0).limit(count));
        }
        if (attempts().wasAnswered() && !opening.hasMore()) {
            opening.forget();
        }
    }

    /** @param bytes the first that the backend sent; passed on already */
    private void onFirstByte(ByteBuffer bytes) {
        ServerFirstBytes first = hello == null ? null : ServerFirstBytes.look(bytes);
        attempts().answered(first == null ? AttemptOutcome.ANSWERED : judge(first), first);
    }

    private static AttemptOutcome judge(ServerFirstBytes first) {
        return switch (first) {
            case HANDSHAKE, ALERT, OTHER -> AttemptOutcome.ANSWERED; // an alert is for the client's own request
            case INTERNAL_ERROR -> AttemptOutcome.ANSWERED_FAULTILY;
            case TOO_SHORT -> AttemptOutcome.ANSWERED_UNCLEARLY;
        };
    }

    /** After any event of a relay: acts on the conclusion. */
    private void settle() {
        switch (Conclusion.of(facts())) {
            case CLIENT_RESET -> end(CloseReason.CLIENT_RESET);
            case TRY_ANOTHER -> {
                down.reopen();
                tryAnother(AttemptOutcome.CLOSED_EARLY);
            }
            case GIVE_UP -> {
                down.reopen();
                giveBackendUp(AttemptOutcome.CLOSED_EARLY);
                refuse(CloseReason.BACKEND_CLOSED_EARLY);
            }
            case REFUSE -> refuse(CloseReason.BACKEND_CLOSED_EARLY);
            case RESET_UNANSWERED -> {
                report(CloseReason.BACKEND_CLOSED_EARLY);
                close(Ending.RESET);
            }
            case BACKEND_RESET -> end(CloseReason.BACKEND_RESET);
            case HEAR_OUT -> hearBackendOut();
            case OUT_OF_BUFFERS -> end(CloseReason.OUT_OF_BUFFERS);
            case COMPLETED -> end(CloseReason.COMPLETED);
            case CLOSED_EARLY -> end(CloseReason.BACKEND_CLOSED_EARLY);
            case GO_ON -> goOn();
        }
    }

    private int facts() {
        return RelayFact.CLIENT_BROKEN.when(client.isBroken())
                | RelayFact.CLIENT_DEAF.when(client.isDeaf())
                | RelayFact.BACKEND_BROKEN.when(backend.isBroken())
                | RelayFact.BACKEND_DEAF.when(backend.isDeaf())
                | RelayFact.UP_ENDED.when(up.hasEnded())
                | RelayFact.UP_DRAINED.when(up.isDrained())
                | RelayFact.UP_SHUT.when(up.isShut())
                | RelayFact.DOWN_ENDED.when(down.hasEnded())
                | RelayFact.DOWN_DRAINED.when(down.isDrained())
                | RelayFact.DOWN_SHUT.when(down.isShut())
                | RelayFact.STARVED.when(up.isStarved() || down.isStarved())
                | RelayFact.BYTES_KEPT.when(opening.isKept())
                | RelayFact.BYTES_TO_SEND.when(opening.hasMore())
                | RelayFact.UNANSWERED.when(wasUnheard())
                | RelayFact.REPEATABLE.when(hello != null && !hello.offersEarlyData());
    }

    private void goOn() {
        passFins();
        watch();
        restartQuiet();
    }

    /**
     * Leaves a backend that has not answered, if there is another one, and if the hello offers no early data, which it may
     * have acted on.
     *
     * @param why it is left
     * @return false if nothing was done
     */
    private boolean leaveUnheard(AttemptOutcome why) {
        int facts = facts();
        return Conclusion.canBeToldAgain(facts) && RelayFact.REPEATABLE.in(facts) && goElsewhere(why);
    }

    /** Goes on with another backend; false if there is none, and then nothing was done. */
    private boolean goElsewhere(AttemptOutcome why) {
        attempts().follow(relay.routing().pools().get(pool().name()));
        if (!attempts().holdAnother()) {
            return false;
        }
        giveBackendUp(why);
        connect(why.reason());
        return true;
    }

    /**
     * The backend takes no more, and may have said why before it closed: an alert, or an answer to a request that it did
     * not want to read. That is passed on; how it ends is a RST, since a RST is what came.
     */
    private void hearBackendOut() {
        up.abandon(worker);
        halfClose();
        goOn();
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
        boolean sending = opening.hasMore();
        client.watch((up.wantsRead() && !sending ? OP_READ : 0) | (down.wantsWrite() ? OP_WRITE : 0));
        backend.watch((down.wantsRead() ? OP_READ : 0) | (up.wantsWrite() || sending ? OP_WRITE : 0));
    }

    private void restartQuiet() {
        quiet.restart(worker.nowNanos());
        armQuiet();
    }

    private void armQuiet() {
        worker.arm(deadline, quiet.leftNanos(worker.nowNanos(), this));
    }

    private void onQuiet() {
        switch (quiet.due(worker.nowNanos(), this)) {
            case LIFETIME -> end(CloseReason.MAX_LIFETIME);
            case SILENCE -> end(silenceReason());
            case FIRST_BYTE -> onSilence();
            case KEEPALIVE -> {
                quiet.keptAlive();
                client.keepAlive();
                backend.keepAlive();
                whileQuiet();
            }
            case ROOM, LOOK, NOTHING -> whileQuiet();
        }
    }

    private CloseReason silenceReason() {
        if (wasUnheard()) {
            return CloseReason.BACKEND_SILENT;
        }
        return isHalfClosed() ? CloseReason.HALF_CLOSED_TIMEOUT : CloseReason.IDLE_TIMEOUT;
    }

    /** A backend that is only slow is better than none: it is left only for another, which is looked for now and then. */
    private void onSilence() {
        attempts().silent();
        if (!leaveUnheard(AttemptOutcome.SILENT)) {
            quiet.foundNoOther(worker.nowNanos(), timeouts());
            armQuiet();
        }
    }

    private void whileQuiet() {
        if (down.isWaitingForRoom()) {
            quiet.awaitAnswer(worker.nowNanos());
        }
        up.tryRoom(worker);
        down.tryRoom(worker);
        watch();
        armQuiet();
        if (looking) {
            looking = false; // the turn in which a broken side would have shown is over
        } else {
            look();
        }
    }

    @Override
    public PoolTimeouts timeouts() {
        return pool().timeouts();
    }

    @Override
    public long acceptedNanos() {
        return acceptedNanos;
    }

    @Override
    public boolean isHalfClosed() {
        return state == SessionState.HALF_CLOSED;
    }

    @Override
    public boolean awaitsAnswer() {
        return wasUnheard() && Conclusion.canBeToldAgain(facts());
    }

    @Override
    public boolean hasNoRoomForAnswer() {
        return down.isWaitingForRoom();
    }

    @Override
    public boolean waitsForRoom() {
        return up.isWaitingForRoom() || down.isWaitingForRoom();
    }

    @Override
    public boolean isPaused() {
        return isPaused(up, down) || isPaused(down, up);
    }

    /**
     * Looks whether a side that is not read at the moment was reset. The selector forgets a channel that it has nothing to
     * watch for, and a RST with it. Watched for {@code OP_CONNECT}, a connected channel is never ready, unless it broke: so
     * one turn of that tells, and no longer, since the socket itself is writable and would keep the selector awake.
     */
    private void look() {
        boolean client = isPaused(up, down);
        boolean backend = isPaused(down, up);
        if (client) {
            this.client.watch(OP_CONNECT);
        }
        if (backend) {
            this.backend.watch(OP_CONNECT);
        }
        if (client || backend) {
            looking = true;
            worker.arm(deadline, 1); // the next turn
        }
    }

    /**
     * Whether the source of {@code half} is open and neither read nor written. After our FIN to it, its own FIN looks like
     * a RST: such a one is left alone.
     */
    private static boolean isPaused(Half half, Half back) {
        return !half.hasEnded() && !half.wantsRead() && !back.wantsWrite() && !back.isShut();
    }

    /** True exactly when a TLS client got no answer at all. Other protocols may have none. */
    private boolean wasUnheard() {
        return hello != null && !attempts().wasAnswered();
    }

    // ---- REFUSING, CLOSED ----

    /** Ends a session whose client has not had a byte: with an alert, if the reason has one. */
    private void refuse(CloseReason reason) {
        if (reason.ending() != Ending.ALERT) {
            end(reason);
            return;
        }
        report(reason);
        backend.reset(); // it has not had the client's FIN
        releaseBackend();
        if (hello == null && helloCollector == null) {
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
        opening.forget();
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
        close(state == SessionState.REFUSING ? Ending.CLOSE : reason.ending()); // a RST could destroy its alert
    }

    /** Its backend is to be left: where that is gone, a session without an answer goes on with another, if there is one. */
    void leaveBackend(CloseReason reason) {
        AttemptOutcome gone = AttemptOutcome.gone(reason);
        boolean left = gone != null
                && switch (state) {
                    case CONNECTING -> goElsewhere(gone);
                    case RELAYING -> leaveUnheard(gone);
                    case AWAITING_HELLO, HALF_CLOSED, REFUSING, CLOSED -> false;
                };
        if (!left) {
            end(reason);
        }
    }

    private void close(Ending ending) {
        relay.unlink(this); // first: whatever fails below, who ends all sessions must come to an end
        close(client, down, ending);
        close(backend, up, ending);
        moveTo(SessionState.CLOSED);
        releaseBackend();
        opening.forget();
        up.release(worker);
        down.release(worker);
        relay.clientLimits().release(clientLimit);
        listener.onClosed();
    }

    /** @param into what was on its way to this side */
    private static void close(Side side, Half into, Ending ending) {
        boolean clean = switch (ending) {
            case CLOSE, ALERT -> true;
            case FIN_IF_WHOLE -> into.isDrained();
            case RESET -> false;
        };
        if (clean) {
            side.close();
        } else {
            side.reset();
        }
    }

    /** True exactly while it counts as open on one of these. */
    boolean hasOneOf(Collection<Backend> backends) {
        return attempts != null && attempts.holdsOneOf(backends);
    }

    private void releaseBackend() {
        if (attempts != null) {
            attempts.release();
        }
    }

    /** Counts and logs the end; the first reason is the reason. */
    private void report(CloseReason reason) {
        if (reported) {
            return;
        }
        reported = true;
        listener.metrics().ended().of(reason).increment();
        if (attempts != null && attempts.current() != null) {
            AttemptOutcome unanswered = AttemptOutcome.unanswered(reason);
            if (unanswered != null) {
                attempts.endedUnanswered(unanswered);
            }
            if (attempts.isTaken() && state != SessionState.CONNECTING) {
                attempts.current().served(up.bytes(), down.bytes());
                pool().latencies(relay.index()).session().record(worker.nowNanos() - acceptedNanos);
            }
        }
        try {
            if (relay.log().wants(reason, isEmpty())) {
                relay.log().ended(relay.index(), describe(reason));
            }
        } catch (RuntimeException | Error bug) { // of a log, which is not ours: the session has yet to be closed
            worker.onBug("the log of sessions failed", bug);
        }
    }

    /** True exactly until a byte has come from either side; a PROXY header is none of the client's. */
    private boolean isEmpty() {
        boolean began = headerCollector == null && opening.isKept();
        return up.bytes() == 0 && down.bytes() == 0 && !began;
    }

    long id() {
        return id;
    }

    ConnectionView view(Moment now) {
        return new ConnectionView(
                relay.cid(id),
                listener.name(),
                clientAddress(),
                sni(),
                alpn(),
                route,
                poolName(),
                backendName(),
                state.word(),
                now.wall(acceptedNanos),
                now.since(acceptedNanos),
                up.bytes(),
                down.bytes());
    }

    private @Nullable String sni() {
        return hello == null || hello.serverName() == null
                ? refusedName
                : hello.serverName().name();
    }

    private @Nullable List<String> alpn() {
        return hello == null ? null : hello.alpn();
    }

    private @Nullable String poolName() {
        return attempts == null ? null : attempts.pool().name();
    }

    /** Of the last backend that was tried. */
    private @Nullable String backendName() {
        Backend last = attempts == null ? null : attempts.current();
        return last == null ? null : last.name();
    }

    private SessionEnd describe(CloseReason reason) {
        return new SessionEnd(
                relay.cid(id),
                listener.name(),
                clientAddress(),
                sni(),
                alpn(),
                route,
                poolName(),
                backendName(),
                attempts == null ? 0 : attempts.count(),
                reason,
                helloNanos,
                attempts == null ? SessionEnd.UNKNOWN : attempts.connectNanos(),
                attempts == null ? SessionEnd.UNKNOWN : attempts.firstByteNanos(),
                worker.clock().nanos() - acceptedNanos,
                up.bytes(),
                down.bytes());
    }

    // ---- addresses ----

    /** Where the client is: by a trusted proxy's word, else the peer of the connection. */
    InetSocketAddress clientAddress() {
        InetSocketAddress told = proxied == null ? null : proxied.source();
        return told == null ? peerAddress() : told;
    }

    /** Where the client wanted to: by a trusted proxy's word, else where it was accepted. */
    private InetSocketAddress destinationAddress() {
        InetSocketAddress told = proxied == null ? null : proxied.destination();
        try {
            return told == null ? (InetSocketAddress) client.channel().getLocalAddress() : told;
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its address", e);
        }
    }

    private InetSocketAddress peerAddress() {
        try {
            return (InetSocketAddress) client.channel().getRemoteAddress();
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its peer", e);
        }
    }

    private boolean isTrusted(List<Cidr> proxies) {
        byte[] peer = peerAddress().getAddress().getAddress();
        return proxies.stream().anyMatch(block -> block.contains(peer));
    }

    private static ProxyVersions versions(AcceptProxyProtocol accepted) {
        return switch (accepted) {
            case NONE -> throw new IllegalArgumentException("no header is awaited");
            case V1 -> ProxyVersions.V1;
            case V2 -> ProxyVersions.V2;
            case ANY -> ProxyVersions.ANY;
        };
    }

    // ---- what a state guarantees ----

    private Attempts attempts() {
        return Objects.requireNonNull(attempts, "once connecting");
    }

    private Pool pool() {
        return attempts().pool();
    }
}
