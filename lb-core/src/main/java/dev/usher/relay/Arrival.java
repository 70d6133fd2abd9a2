package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_READ;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Cidr;
import dev.usher.config.HostPort;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;
import dev.usher.config.Silent;
import dev.usher.end.CloseReason;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.opening.ProxyHeaderStage;
import dev.usher.opening.Stage;
import dev.usher.pool.Pool;
import dev.usher.route.Decision;
import dev.usher.route.RouteQuery;
import dev.usher.route.Trace;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From accept to a pool: the PROXY header, if one is due, then the opening of the listener's protocol. */
final class Arrival extends Hearing {
    private final Client client;
    /** The stage that reads: the PROXY header if one is due, then the opening. Null until {@link #begin}. */
    private @Nullable Stage stage;

    /** True exactly while the deadline is for the client's first byte. */
    private boolean mayBeSilent;

    Arrival(Link link, Choice choice) {
        super(link, choice);
        this.client = choice.client();
    }

    @Override
    public Next begin() {
        ListenerConfig config = client.listenerConfig();
        link.arm(config.openingTimeout().toNanos());
        if (config.acceptProxyProtocol() == AcceptProxyProtocol.NONE) {
            return onClientKnown(NOTHING);
        }
        if (!isTrusted(config.trustedProxies())) {
            return new Next.End(CloseReason.PROXY_NOT_TRUSTED);
        }
        stage = new ProxyHeaderStage(config.acceptProxyProtocol());
        link.client.watch(OP_READ);
        return Next.STAY;
    }

    private boolean isTrusted(List<Cidr> proxies) {
        if (!(client.peer() instanceof InetSocketAddress tcp)) {
            return true; // the rights of the socket file say who may connect
        }
        byte[] peer = tcp.getAddress().getAddress();
        return proxies.stream().anyMatch(block -> block.contains(peer));
    }

    @Override
    public Next onReady(Side side, int ops) {
        return onClientReady();
    }

    @Override
    Stage stage() {
        return Objects.requireNonNull(stage, "set at the beginning");
    }

    @Override
    CloseReason reasonToLeave() {
        boolean inHeader = awaitsHeader() && link.kept.isKept();
        return inHeader ? CloseReason.PROXY_HEADER : CloseReason.CLIENT_GONE_BEFORE_HELLO;
    }

    @Override
    public Next onDeadline() {
        if (!mayBeSilent) {
            return super.onDeadline();
        }
        Next heard = onClientReady(); // a busy worker may find bytes here
        return mayBeSilent && heard instanceof Next.Stay ? onWhole(new Destination.Silence(), NOTHING) : heard;
    }

    @Override
    CloseReason reasonForDelay() {
        return awaitsHeader() ? CloseReason.PROXY_HEADER : CloseReason.HELLO_TIMEOUT;
    }

    private boolean awaitsHeader() {
        return stage instanceof ProxyHeaderStage;
    }

    @Override
    public @Nullable Next leaveBackend(AttemptOutcome gone) {
        return null; // there is none yet
    }

    @Override
    void onHeard() {
        if (awaitsHeader()) {
            return;
        }
        client.isHeard();
        if (mayBeSilent) {
            mayBeSilent = false;
            link.arm(openingLeftNanos());
        }
    }

    /** Nanoseconds until the opening must be whole; at least 1. */
    private long openingLeftNanos() {
        long gone = link.worker.nowNanos() - client.acceptedNanos();
        return Math.max(1, client.listenerConfig().openingTimeout().toNanos() - gone);
    }

    @Override
    Next onWhole(Destination destination, ByteBuffer rest) {
        if (stage instanceof ProxyHeaderStage header) {
            client.toldBy(header.header());
            link.kept.onClientKnown();
            return onClientKnown(rest);
        }
        if (choice.opening().within() == null) {
            link.kept.whole();
        }
        return link.kept.keep(rest) ? decide(destination) : new Next.End(link.kept.lack());
    }

    /** Goes on where the client's address is known. */
    private Next onClientKnown(ByteBuffer rest) {
        CloseReason tooMuch = client.admit();
        if (tooMuch != null) {
            return new Next.End(tooMuch);
        }
        Opening opening = choice.beginOpening();
        stage = opening;
        awaitWord();
        return advance(rest);
    }

    /** A PROXY header may leave too little time for the silence; then only the time for the opening counts. */
    private void awaitWord() {
        Silent silent = client.listenerConfig().silent();
        if (silent != null && silent.after().toNanos() < openingLeftNanos()) {
            mayBeSilent = true;
            link.arm(silent.after().toNanos());
        }
    }

    private Next decide(Destination destination) {
        return switch (destination) {
            case Destination.OfListener _ -> {
                Routing routing = choice.routing();
                yield connectTo(routing.pools().get(client.listenerConfig().pool()), null);
            }
            case Destination.Other(NotTls.Protocol protocol) ->
                relayAs(protocol.route(), client.listenerConfig().notTls().poolFor(protocol), CloseReason.NOT_TLS);
            case Destination.Silence _ -> {
                Silent silent = client.listenerConfig().silent();
                yield relayAs(Silent.ROUTE, silent == null ? null : silent.pool(), CloseReason.HELLO_TIMEOUT);
            }
            case Destination.Host host -> byRoute(host);
        };
    }

    /**
     * @param pool null if a reload has taken the pool away while the client was awaited
     * @param otherwise the end without a pool
     */
    private Next relayAs(String route, @Nullable String pool, CloseReason otherwise) {
        if (pool == null) {
            return new Next.Refuse(otherwise);
        }
        choice.isRelayedAs(route);
        return connectTo(choice.routing().pools().get(pool), null);
    }

    private Next byRoute(Destination.Host host) {
        choice.isAskedFor(host);
        RouteQuery query = new RouteQuery(
                client.listener(),
                host.name(),
                host.protocols(),
                client.ip(),
                host.challenge(),
                host.port(),
                host.plain());
        Decision decision = choice.routing().routes().decide(query, Trace.NONE);
        choice.isDecided(host, decision);
        return switch (decision) {
            case Decision.Serve serve -> serve(serve, host);
            case Decision.Refuse refused -> new Next.Refuse(CloseReason.of(refused.why()));
        };
    }

    private Next serve(Decision.Serve serve, Destination.Host host) {
        if (serve.pool().byName() == null) {
            return connectTo(serve.pool(), serve.http());
        }
        HostPort address =
                serve.address(host.name(), host.port() == HostPort.NO_PORT ? client.localPort() : host.port());
        if (address == null) {
            return new Next.Refuse(CloseReason.NAME_NOT_FOUND);
        }
        if (client.isLap(choice.opening().mark())) {
            return new Next.Refuse(CloseReason.LOOP);
        }
        Next next = connectTo(serve.pool(), serve.http());
        return next instanceof Next.Connect ? new Next.LookUp(address) : next;
    }

    /**
     * @param pool null for the last connections of a listener, if a reload has removed the listener with its pool
     * @param http the rule by which an HTTP request goes to the pool; null for other protocols
     */
    private Next connectTo(@Nullable Pool pool, @Nullable HttpRule http) {
        if (pool == null) {
            return new Next.End(CloseReason.SHUTDOWN);
        }
        if (client.isLoop()) {
            return new Next.Refuse(CloseReason.LOOP);
        }
        choice.beginAttempts(pool);
        CloseReason fault = choice.opening().within() == null ? Preface.prepare(link, choice, http) : null;
        return fault == null ? Next.CONNECT : new Next.Refuse(fault);
    }
}
