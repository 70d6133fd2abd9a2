package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Address;
import dev.usher.config.Cidr;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SocketRights;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.pool.SocketText;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestUsher;
import dev.usher.testing.UnixServer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listeners on unix sockets. */
@Timeout(30)
class UnixListenerTest {
    private static final int CLIENTS = 40;
    private static final Environment ENVIRONMENT = Environment.of(SessionLog.NONE, Integer.MAX_VALUE);

    @TempDir
    private Path directory;

    private Path file;
    private Address address;

    @BeforeEach
    void name() {
        file = directory.resolve("usher.sock");
        address = Address.parse("unix:" + file);
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(file));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static LoadBalancer start(TestBackend backend, String bind) throws IOException {
        return LoadBalancer.start(config(backend, SocketRights.DEFAULT, bind), ENVIRONMENT);
    }

    private static UsherConfig config(TestBackend backend, SocketRights rights, String bind) {
        return UsherConfig.of(
                List.of(ListenerConfig.tcp("in", List.of(Address.parseBind(bind)), "web")
                        .withRights(rights)),
                List.of(),
                List.of(PoolConfig.of("web", List.of(backend.config()))));
    }

    private static void refuses(String part, TestBackend backend, String bind) {
        IOException refused = assertThrows(IOException.class, () -> start(backend, bind));
        assertTrue(String.valueOf(refused.getMessage()).contains(part), refused.toString());
    }

    @Test
    void clientsAreServedByEveryWorkerInTurn() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher =
                        TestUsher.tcp(backend).alsoOn(address).workers(3).start()) {
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(connect());
            }
            for (SocketChannel client : clients) {
                UnixServer.send(client, (byte) 7);
                assertArrayEquals(new byte[] {7}, UnixServer.read(client, 1));
            }
            usher.snapshot().workers().forEach(worker -> {
                assertTrue(worker.openSessions() >= CLIENTS / 3, worker.toString());
            });
            for (SocketChannel client : clients) {
                client.shutdownOutput();
                assertEquals(0, UnixServer.readToEnd(client).length);
                client.close();
                SessionEnd end = usher.ended(CloseReason.COMPLETED);
                assertEquals("unix:" + file, SocketText.of(end.identity().client()));
            }
        }
        assertFalse(Files.exists(file), "the file is gone with the listener");
    }

    /** As HAProxy says where it does not know the client either. */
    @Test
    void aBackendIsToldThatTheClientHasNoAddress() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = TestUsher.tcp(backend)
                        .alsoOn(address)
                        .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V1))
                        .start();
                SocketChannel client = connect()) {
            UnixServer.send(client, bytes("x"));
            client.shutdownOutput();
            assertEquals(0, UnixServer.readToEnd(client).length);
            usher.ended(CloseReason.COMPLETED);
            assertEquals("PROXY UNKNOWN\r\nx", new String(backend.connection(0).received(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void aProxyHeaderGivesTheClientItsAddress() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.tcp(backend)
                        .alsoOn(address)
                        .acceptProxyProtocol(AcceptProxyProtocol.V1, "192.0.2.1/32")
                        .perClientIp(1, 0, 0)
                        .start();
                SocketChannel client = connect();
                SocketChannel second = connect()) {
            byte[] header = bytes("PROXY TCP4 198.51.100.7 192.0.2.2 5 443\r\nx");
            UnixServer.send(client, header);
            assertArrayEquals(bytes("x"), UnixServer.read(client, 1));
            UnixServer.send(second, header);
            SessionEnd end = usher.ended(CloseReason.CLIENT_CONNECTIONS);
            assertEquals("198.51.100.7:5", SocketText.of(end.identity().client()));
            client.shutdownOutput();
            usher.ended(CloseReason.COMPLETED);
        }
    }

    @Test
    void nobodyWithoutAnAddressPassesAList() throws IOException {
        RouteConfig route =
                RouteConfig.of(TestUsher.NAME, Target.of(TestUsher.POOL).withDeny(List.of(Cidr.parse("10.0.0.0/8"))));
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend)
                        .alsoOn(address)
                        .route(route)
                        .acceptProxyProtocol(AcceptProxyProtocol.V1, "192.0.2.1/32")
                        .start();
                SocketChannel client = connect()) {
            UnixServer.send(client, bytes("PROXY UNKNOWN\r\n"));
            client.write(TestUsher.hello());
            usher.ended(CloseReason.DENIED);
        }
    }

    @Test
    void aDeadFileGivesWayAndALiveOneDoesNot() throws IOException {
        new UnixServer(file).die();
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                LoadBalancer _ = start(backend, address.toString())) {
            connect().close();
            refuses("a process listens there already", backend, address.toString());
            connect().close(); // still there
        }
    }

    @Test
    void aFileThatIsNoSocketStays() throws IOException {
        Files.writeString(file, "precious");
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO)) {
            refuses("the file exists, and is no socket", backend, address.toString());
        }
        assertEquals("precious", Files.readString(file));
    }

    @Test
    void theRightsAreThoseOfTheConfiguration() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO)) {
            SocketRights group = new SocketRights("660", null);
            try (LoadBalancer balancer = start(backend, address.toString())) {
                assertEquals("rw-------", rights());
                balancer.apply(config(backend, group, address.toString()));
                assertEquals("rw-rw----", rights());
                UsherConfig faulty = config(backend, group.withOwner("no-such-user"), address + "2");
                IOException refused = assertThrows(IOException.class, () -> balancer.apply(faulty));
                assertTrue(String.valueOf(refused.getMessage()).contains("no-such-user"), refused.toString());
                assertFalse(Files.exists(Path.of(file + "2")));
                balancer.apply(config(backend, SocketRights.DEFAULT, "127.0.0.1:0"));
                assertFalse(Files.exists(file));
            }
        }
    }

    private String rights() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    /** A successor has put a file of the same name there. */
    @Test
    void theFileOfAnotherProcessStays() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO)) {
            LoadBalancer usher = start(backend, address.toString());
            Files.delete(file);
            try (UnixServer _ = new UnixServer(file)) {
                usher.close();
                assertTrue(Files.exists(file));
            }
        }
    }

    /** As at a restart without a gap: both processes serve, and the file is the successor's. */
    @Test
    void aSuccessorTakesTheFileOver() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO)) {
            LoadBalancer before = start(backend, address.toString());
            UsherConfig config = config(backend, SocketRights.DEFAULT, address.toString());
            try (LoadBalancer after = LoadBalancer.start(config, ENVIRONMENT.beside())) {
                before.close();
                try (SocketChannel client = connect()) {
                    UnixServer.send(client, (byte) 7);
                    assertArrayEquals(new byte[] {7}, UnixServer.read(client, 1));
                    assertEquals(1, after.looks().openSessions());
                }
            }
        }
        assertFalse(Files.exists(file));
    }
}
