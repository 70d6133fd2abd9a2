package dev.usher.server.it;

import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;

/** The first bytes of a TLS client. */
final class Hello {
    private Hello() {}

    /** As a real one sends them. */
    static byte[] of(String name, String... alpn) {
        return Hellos.bytes(Hellos.fromJdkClient(name, alpn));
    }

    /** Asks for a name and offers protocols that no real client would: any text, one byte a character. */
    static byte[] hostile(String name, String... alpn) {
        return Hellos.bytes(new HelloBuilder().name(name).alpn(alpn).records(Hellos.MAX_FRAGMENT_BYTES));
    }
}
