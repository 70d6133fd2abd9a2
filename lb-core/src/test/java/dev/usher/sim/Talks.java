package dev.usher.sim;

import dev.usher.end.CloseReason;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import org.jspecify.annotations.Nullable;

/** What the clients of each kind say. */
final class Talks {
    /** The address of every client, without a proxy. */
    static final String CLIENT = "203.0.113.7";

    private static final int GARBAGE_BYTES = 8;
    private static final int RANDOM_BYTES = 32;

    private Talks() {}

    static Talk of(SimClient.Kind kind, Chance chance) {
        return switch (kind) {
            case A, PROXIED -> tls(hello("a.example", chance), "a");
            case B -> tls(hello("x.b.example", chance), "b");
            case MISTOLD -> tls(hello("a.example", chance), null);
            case UNKNOWN -> refused(hello("nobody.example", chance), CloseReason.UNKNOWN_NAME);
            case NAMELESS -> refused(hello(null, chance), CloseReason.NO_SNI);
            case GARBAGE -> tls(garbage(chance), null).refused(CloseReason.NOT_TLS, 0);
            case PLAIN -> Talk.plain(bytes(chance, GARBAGE_BYTES), "p");
            case HTTP -> HttpTalk.good(chance, CLIENT);
            case BAD_HTTP -> chance.oneIn(4) ? HttpTalk.broken(chance, CLIENT) : HttpTalk.bad(chance);
            case SOCKS -> ProxyTalk.socks(chance).good();
            case BAD_SOCKS -> ProxyTalk.socks(chance).bad();
            case CONNECT -> ProxyTalk.connect(chance).good();
            case BAD_CONNECT -> ProxyTalk.connect(chance).bad();
            case POSTGRES -> PostgresTalk.good(chance);
            case BAD_POSTGRES -> PostgresTalk.bad(chance);
        };
    }

    private static Talk tls(byte[] hello, @Nullable String pool) {
        return new Talk(hello, pool, Talk.Form.TLS);
    }

    private static Talk refused(byte[] hello, CloseReason reason) {
        return tls(hello, null).refused(reason, hello.length - 1);
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
    static byte[] hello(@Nullable String name, Chance chance) {
        HelloBuilder builder = new HelloBuilder();
        if (name != null) {
            builder.name(name);
        }
        if (chance.oneIn(8)) {
            builder.paddedTo(chance.between(1000, 9000));
        }
        byte[] message = builder.message();
        System.arraycopy(bytes(chance, RANDOM_BYTES), 0, message, 6, RANDOM_BYTES);
        int fragment = chance.oneIn(4) ? chance.between(60, 200) : 16_384;
        return Hellos.bytes(Hellos.records(message, fragment));
    }
}
