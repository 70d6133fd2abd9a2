package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No port of this machine is left towards the backend: further clients are refused, and usher says why. */
@Tag("slow")
@Timeout(120)
class PortsUsedUpIT {
    private static final int PORTS = 40;
    private static final int CLIENTS = 70;
    private static final int ALERT = 21;
    /** Outside the range: a port that is bound by anybody is no port for a connection of usher. */
    private static final int FIRST_CLIENT = 20_000;

    /** The kernel keeps a port of a closed connection on loopback for a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Parts parts = new Parts();

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    @Test
    void whoFindsNoPortIsRefusedAndTheOthersGoOn() throws Exception {
        NetworkNamespace network = parts.add(NetworkNamespace.make("ports"));
        network.run("sysctl", "-q", "-w", "net.ipv4.ip_local_port_range=40000 " + (40000 + PORTS - 1));
        network.call(() -> {
            Backend echo = parts.add(new Backend(Backend.ECHO));
            Usher usher = parts.add(Usher.within(
                    network.wrapper(), Map.of(), Program.directory("log").resolve("access.log"), """
                    routes: { %s: "%s" }
                    defaults: { health_check: none, timeouts: { idle: 1h } }
                    """.formatted(
                                    EchoClients.NAME, echo.hostPort())));
            usesUp(usher, parts.add(new AdminSide(usher)));
            return null;
        });
    }

    private void usesUp(Usher usher, AdminSide admin) throws Exception {
        List<Peer> served = new ArrayList<>();
        List<Peer> refused = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Peer client = parts.add(connect(usher, i));
            byte[] first = client.send(EchoClients.HELLO).read(1);
            (first[0] == ALERT ? refused : served).add(client);
        }
        assertTrue(served.size() > PORTS / 2 && served.size() <= PORTS, served.size() + " are served");
        for (Peer client : refused) {
            assertEquals(Peer.Ending.FIN, client.halfClose().ending());
            usher.log().of(client).ends("out_of_sockets RC");
        }
        assertEquals(refused.size(), usher.log().all().size());
        Await.process(
                () -> admin.text("/api/v1/status").contains("\"subject\":\"open files or local ports\""),
                "the status says so");
        for (Peer client : served) {
            client.read(EchoClients.HELLO.length - 1);
            assertArrayEquals(new byte[] {1, 2}, client.send((byte) 1, (byte) 2).read(2));
            assertEquals(Peer.Ending.FIN, client.halfClose().ending());
            usher.log().of(client).ends("completed --");
        }
        for (int i = 0; i < PORTS / 2; i++) {
            awaitServed(usher, CLIENTS + i);
        }
    }

    /** A client that finds no port is refused, and comes again. */
    private void awaitServed(Usher usher, int first) throws Exception {
        int[] number = {first};
        Await.process(
                () -> {
                    try (Peer client = connect(usher, number[0])) {
                        number[0] += PORTS;
                        return client.send(EchoClients.HELLO).read(1)[0] != ALERT;
                    }
                },
                "a port is free again",
                PATIENCE);
    }

    private static Peer connect(Usher usher, int number) throws Exception {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), FIRST_CLIENT + number));
        socket.connect(usher.address());
        return new Peer(socket);
    }
}
