package dev.usher.sim;

import dev.usher.tls.HelloBuilder;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A client: says hello in any split, sends and reads in its own time, half-closes, breaks off, or vanishes. */
final class SimClient {
    /** What the client asks for. */
    enum Kind {
        A("a.example", "a"),
        B("x.b.example", "b"),
        UNKNOWN("nobody.example", null),
        NAMELESS(null, null),
        /** No TLS at all. */
        GARBAGE(null, null),
        /** On the listener of type tcp. */
        PLAIN(null, "p"),
        /** Behind a proxy that tells the client's address. */
        PROXIED("a.example", "a"),
        /** Behind a proxy with a malformed header. */
        MISTOLD("a.example", null);

        final @Nullable String name;
        /** The pool that must serve it; null if none may. */
        final @Nullable String pool;

        Kind(@Nullable String name, @Nullable String pool) {
            this.name = name;
            this.pool = pool;
        }

        boolean isProxied() {
            return this == PROXIED || this == MISTOLD;
        }
    }

    private static final int GARBAGE_BYTES = 8;

    final Kind kind;
    final Preface preface;
    final Wire wire;
    private final Chance chance;
    private final int most;
    private final boolean closesFirst;
    private boolean resets;
    private boolean vanishes;
    private boolean stalls;

    private SimClient(Kind kind, Preface preface, Wire wire, Chance chance, int most, boolean closesFirst) {
        this.kind = kind;
        this.preface = preface;
        this.wire = wire;
        this.chance = chance;
        this.most = most;
        this.closesFirst = closesFirst;
    }

    /** A client that goes its way without trouble. */
    static SimClient honest(Kind kind, WireMaker maker, Chance chance, boolean closesFirst) {
        Preface preface = Preface.of(kind, chance);
        Stream stream = stream(kind, preface, chance, 200);
        return new SimClient(kind, preface, maker.make(stream, Wire.WIDE), chance, stream.length(), closesFirst);
    }

    static SimClient of(Kind kind, WireMaker maker, Chance chance, SimNetwork network) {
        Preface preface = Preface.of(kind, chance);
        Stream stream = stream(kind, preface, chance, chance.oneIn(4) ? 60_000 : 600);
        int room = network.hits(Fault.SMALL_SOCKETS, 2) ? chance.between(1, 300) : Wire.WIDE;
        boolean partial = network.hits(Fault.BAD_HELLOS, 6);
        int most = partial ? chance.below(Math.max(1, stream.headLength())) : stream.length();
        Wire wire = maker.make(stream, room);
        SimClient client = new SimClient(kind, preface, wire, chance, most, chance.oneIn(2));
        client.resets = network.hits(Fault.CLIENT_RESETS, 3);
        client.vanishes = network.hits(Fault.CLIENT_VANISHES, 6);
        client.stalls = network.hits(Fault.CLIENT_STALLS, 4);
        return client;
    }

    /** The maker of the client's connection. */
    @FunctionalInterface
    interface WireMaker {
        Wire make(Stream stream, int room);
    }

    private static Stream stream(Kind kind, Preface preface, Chance chance, int more) {
        byte[] head = preface.before(head(kind, chance));
        return new Stream(head, chance, chance.below(more));
    }

    private static byte[] head(Kind kind, Chance chance) {
        return switch (kind) {
            case PLAIN -> bytes(chance, 8);
            case GARBAGE -> garbage(chance);
            case A, B, UNKNOWN, NAMELESS, PROXIED, MISTOLD -> hello(kind, chance);
        };
    }

    private static byte[] garbage(Chance chance) {
        byte[] bytes = bytes(chance, GARBAGE_BYTES);
        bytes[0] = (byte) 0xff;
        bytes[2] = (byte) 0xff; // 1 would begin a hello of SSL 2
        return bytes;
    }

    private static byte[] bytes(Chance chance, int count) {
        byte[] bytes = new byte[count];
        chance.nextBytes(bytes);
        return bytes;
    }

    /** A hello with a random of its own, so that a reader knows whose it is. */
    private static byte[] hello(Kind kind, Chance chance) {
        HelloBuilder builder = new HelloBuilder();
        if (kind.name != null) {
            builder.name(kind.name);
        }
        if (chance.oneIn(8)) {
            builder.paddedTo(chance.between(1000, 9000));
        }
        byte[] message = builder.message();
        System.arraycopy(bytes(chance, 32), 0, message, 6, 32);
        int fragment = chance.oneIn(4) ? chance.between(60, 200) : 16_384;
        ByteBuffer records = dev.usher.tls.Hellos.records(message, fragment);
        return dev.usher.tls.Hellos.bytes(records);
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
        int left = Math.min(count, most - wire.sent);
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
        if (wire.farSeesFin() || (closesFirst && wire.hasSentAll())) {
            wire.sendFin();
        }
    }

    /** The bytes that usher has read of the client's own. */
    int said() {
        return Math.max(0, wire.read - preface.length());
    }

    /** Whether the client's own bytes from an offset on are these. */
    boolean says(ByteBuffer bytes, int count, int from) {
        return from + count <= said() && wire.stream.matches(bytes, count, preface.length() + from);
    }

    /** Whether usher has a proxy's header to wait for. */
    boolean awaitsHeader() {
        return kind.isProxied() && wire.read < preface.length();
    }

    /** Whether usher has read of the client's address from a proxy. */
    boolean tellsAddress() {
        return preface.told() != null && !awaitsHeader();
    }

    /** Whether every byte that a whole opening has was read by usher. */
    boolean hasOpened() {
        return wire.read >= wire.stream.headLength();
    }
}
