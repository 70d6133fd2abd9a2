package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Both families of addresses are served, in each of the ways in which a file can ask for them. */
class AddressesIT {
    private static final InetAddress IPV4 = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");
    private static final byte[] BYTES = Bodies.random(1000, 11);

    @BeforeAll
    static void requireIpv6() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(IPV6, 0));
        } catch (IOException none) {
            throw Needs.missing("IPv6 on the loopback interface");
        }
    }

    @Test
    void portAloneIsOfBothFamilies() throws Exception {
        serves("\":%1$d\"", IPV4, IPV6);
    }

    @Test
    void wildcardsOfBothFamiliesStandBesideEachOther() throws Exception {
        serves("[\"0.0.0.0:%1$d\", \"[::]:%1$d\"]", IPV4, IPV6);
        serves("[\"[::]:%1$d\", \"0.0.0.0:%1$d\"]", IPV4, IPV6);
    }

    @Test
    void wildcardStandsBesideOneAddress() throws Exception {
        serves("[\"0.0.0.0:%1$d\", \"127.0.0.1:%1$d\"]", IPV4);
    }

    @Test
    void loopbackOfEachFamilyStandsBesideTheOther() throws Exception {
        serves("[\"127.0.0.1:%1$d\", \"[::1]:%1$d\"]", IPV4, IPV6);
    }

    /** A backend may be of the other family than its client. */
    private static void serves(String bind, InetAddress... clients) throws Exception {
        Path file = Program.directory("addresses").resolve("usher.yaml");
        try (Backend backend = new Backend(IPV6, Backend.ECHO)) {
            serves(bind, Ports.free(), backend, file, clients);
        }
    }

    private static void serves(String bind, int port, Backend backend, Path file, InetAddress... clients)
            throws Exception {
        try (Program usher = Program.start(
                "usher",
                Product.command(
                        "run",
                        Files.writeString(file, """
                        listeners: { test: { type: tcp, pool: only, bind: %s } }
                        pools: { only: { backends: ["[::1]:%d"], health_check: none } }
                        admin: none
                        """.formatted(
                                        bind.formatted(port), backend.address().getPort()))
                                .toString()))) {
            usher.awaitPrinted("usher \\S+ is ready");
            for (InetAddress client : clients) {
                try (Peer peer = Peer.connect(new InetSocketAddress(client, port))) {
                    assertArrayEquals(BYTES, peer.send(BYTES).read(BYTES.length));
                    assertEquals(Peer.Ending.FIN, peer.halfClose().ending());
                }
            }
        }
    }
}
