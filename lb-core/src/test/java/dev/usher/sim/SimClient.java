package dev.usher.sim;

import dev.usher.config.HostPort;
import java.nio.ByteBuffer;

/** A client: says hello in any split, sends and reads in its own time, half-closes, breaks off, or vanishes. */
final class SimClient {
    /** What the client asks for. */
    enum Kind {
        A(Plan.TLS_BIND),
        B(Plan.TLS_BIND),
        UNKNOWN(Plan.TLS_BIND),
        NAMELESS(Plan.TLS_BIND),
        /** No TLS at all. */
        GARBAGE(Plan.TLS_BIND),
        /** On the listener of type tcp. */
        PLAIN(Plan.PLAIN_BIND),
        /** Behind a proxy that tells the client's address. */
        PROXIED(Plan.PROXIED_BIND),
        /** Behind a proxy with a malformed header. */
        MISTOLD(Plan.PROXIED_BIND),
        HTTP(Plan.HTTP_BIND),
        /** A request that no backend may get, or not as a whole. */
        BAD_HTTP(Plan.HTTP_BIND),
        SOCKS(Plan.SOCKS_BIND),
        BAD_SOCKS(Plan.SOCKS_BIND),
        CONNECT(Plan.CONNECT_BIND),
        BAD_CONNECT(Plan.CONNECT_BIND),
        POSTGRES(Plan.POSTGRES_BIND),
        BAD_POSTGRES(Plan.POSTGRES_BIND);

        @SuppressWarnings("ImmutableEnumChecker") // a record of a text and a number
        final HostPort bind;

        Kind(HostPort bind) {
            this.bind = bind;
        }

        boolean isProxied() {
            return this == PROXIED || this == MISTOLD;
        }
    }

    final Kind kind;
    final Preface preface;
    final Talk talk;
    final Wire wire;
    private final Chance chance;
    private final int most;
    private final boolean closesFirst;
    private boolean resets;
    private boolean vanishes;
    private boolean stalls;
    /** Whether it says everything at once, and waits for no word of usher's. */
    private boolean hurries;

    private SimClient(Kind kind, Preface preface, Talk talk, Wire wire, Chance chance, int most, boolean closesFirst) {
        this.kind = kind;
        this.preface = preface;
        this.talk = talk;
        this.wire = wire;
        this.chance = chance;
        this.most = most;
        this.closesFirst = closesFirst;
    }

    /** A client that goes its way without trouble. */
    static SimClient honest(Kind kind, WireMaker maker, Chance chance, boolean closesFirst) {
        Preface preface = Preface.of(kind, chance);
        Talk talk = Talks.of(kind, chance).behind(preface);
        Stream stream = new Stream(talk.head(), chance, chance.below(200));
        return new SimClient(kind, preface, talk, maker.make(stream, Wire.WIDE), chance, stream.length(), closesFirst);
    }

    static SimClient of(Kind kind, WireMaker maker, Chance chance, SimNetwork network) {
        Preface preface = Preface.of(kind, chance);
        int more = chance.oneIn(4) ? 60_000 : 600;
        Talk talk = Talks.of(kind, chance).behind(preface);
        Stream stream = new Stream(talk.head(), chance, chance.below(more));
        int room = network.hits(Fault.SMALL_SOCKETS, 2) ? chance.between(1, 300) : Wire.WIDE;
        boolean partial = network.hits(Fault.BAD_HELLOS, 6);
        int most = partial ? chance.below(Math.max(1, stream.headLength())) : stream.length();
        Wire wire = maker.make(stream, room);
        SimClient client = new SimClient(kind, preface, talk, wire, chance, most, chance.oneIn(2));
        client.resets = network.hits(Fault.CLIENT_RESETS, 3);
        client.vanishes = network.hits(Fault.CLIENT_VANISHES, 6);
        client.stalls = network.hits(Fault.CLIENT_STALLS, 4);
        client.hurries = chance.part(1).oneIn(3);
        return client;
    }

    /** The maker of the client's connection. */
    @FunctionalInterface
    interface WireMaker {
        Wire make(Stream stream, int room);
    }

    /** One thing that a client may do. */
    void step() {
        if (wire.isOverForFar()) {
            return;
        }
        switch (chance.below(8)) {
            case 0, 1, 2 -> send(chance.oneIn(3) ? most : chance.between(1, 400));
            case 3, 4 -> {
                if (!stalls) {
                    wire.take(chance.between(1, chance.oneIn(2) ? 100_000 : 100));
                }
            }
            case 5, 6 -> finish();
            default -> breakOff();
        }
    }

    private void send(int count) {
        int end = hurries ? most : Math.min(most, talk.patience(wire.taken));
        int left = Math.min(count, end - wire.sent);
        if (left > 0) {
            wire.send(left);
        }
    }

    private void finish() {
        if (wire.hasSentAll() && (closesFirst || wire.farSeesFin())) {
            wire.sendFin();
        }
    }

    private void breakOff() {
        if (resets && chance.oneIn(3)) {
            wire.sendReset();
        } else if (vanishes && chance.oneIn(3)) {
            wire.lose();
        } else if (chance.oneIn(20)) {
            wire.sendFin();
        }
    }

    /** Says and reads everything, and closes; a part of a hello stays a part. */
    void calmStep() {
        if (wire.isOverForFar()) {
            return;
        }
        send(most);
        wire.take(Integer.MAX_VALUE);
        send(most); // once it has had every word
        if (wire.farSeesFin() || (closesFirst && wire.hasSentAll())) {
            wire.sendFin();
        }
    }

    /** The bytes that a backend is to get of those that usher has read. */
    int due() {
        return talk.due(wire.read);
    }

    /** Whether a backend may be sent these bytes from an offset on. */
    boolean says(ByteBuffer bytes, int count, int from) {
        return talk.passes(bytes, count, from, wire.stream, wire.read);
    }

    /** Whether usher has a proxy's header to wait for. */
    boolean awaitsHeader() {
        return kind.isProxied() && wire.read < preface.length();
    }

    /** Whether usher has read of the client's address from a proxy. */
    boolean tellsAddress() {
        return preface.told() != null && !awaitsHeader();
    }

    /** Whether usher has read for whom the client is. */
    boolean hasAsked() {
        return talk.isAsked(wire.read);
    }

    /** Whether every byte that a whole opening has was read by usher. */
    boolean hasOpened() {
        return talk.isOpened(wire.read);
    }
}
