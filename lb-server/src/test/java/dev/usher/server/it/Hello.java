package dev.usher.server.it;

import dev.usher.tls.Hellos;

/** The first bytes of a real TLS client. */
final class Hello {
    private Hello() {}

    static byte[] of(String name, String... alpn) {
        return Hellos.bytes(Hellos.fromJdkClient(name, alpn));
    }
}
