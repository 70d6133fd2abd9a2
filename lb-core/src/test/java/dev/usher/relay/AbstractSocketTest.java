package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.pool.BackendState;
import dev.usher.pool.SocketText;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.testing.Transports;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Unix sockets without a file, on both sides: an usher behind another. */
@Timeout(30)
class AbstractSocketTest {
    /** Of this process alone, since names are the machine's. */
    private final String name = "@usher-test/" + ProcessHandle.current().pid() + "/" + System.identityHashCode(this);

    private final Address address = Address.parse("unix:" + name);

    private TestUsher.Builder behind(TestBackend backend) {
        return TestUsher.tcp(backend).provider(Transports.ofLinux()).alsoOn(address);
    }

    private TestUsher.Builder inFront(HealthCheckConfig.Type check) {
        return TestUsher.of()
                .provider(Transports.ofLinux())
                .backend(BackendConfig.of(address))
                .pool(pool -> pool.check(check).interval(Duration.ofMillis(20)));
    }

    private boolean kernelHasTheName() throws IOException {
        try (var sockets = Files.lines(Path.of("/proc/net/unix"))) {
            return sockets.anyMatch(line -> line.endsWith(" " + name)); // padding would show as further signs
        }
    }

    @Test
    void listensAndConnectsByName() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher behind = behind(backend).workers(2).start();
                TestUsher front = inFront(HealthCheckConfig.Type.NONE).start()) {
            assertTrue(kernelHasTheName());
            try (TestPeer client = front.connect()) {
                client.send(hello()).halfClose();
                assertArrayEquals(Hellos.bytes(hello()), client.readToEnd());
            }
            assertEquals(
                    "unix:" + name,
                    front.ended(CloseReason.COMPLETED).identity().backend());
            assertEquals(
                    "unix:" + name,
                    SocketText.of(behind.ended(CloseReason.COMPLETED).identity().client()));
        }
    }

    @Test
    void nameInUseIsRefused() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher _ = behind(backend).start()) {
            Throwable refused =
                    assertThrows(Throwable.class, () -> behind(backend).start());
            assertTrue(
                    refused.toString().contains("cannot listen on unix:" + name + ": Address already in use"),
                    refused.toString());
        }
    }

    @Test
    void absentNameIsARefusedConnect() throws IOException {
        try (TestUsher front = inFront(HealthCheckConfig.Type.NONE).start();
                TestPeer client = front.connect()) {
            client.send(hello());
            client.readToEnd();
            front.ended(CloseReason.CONNECT_REFUSED);
        }
    }

    @Test
    void probesFindTheListenerAndItsEnd() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.CLOSE);
                TestUsher front = inFront(HealthCheckConfig.Type.TCP).start()) {
            Await.until(() -> state(front) == BackendState.DOWN, "the probe is refused");
            try (TestUsher behind = behind(backend).start()) {
                Await.until(() -> state(front) == BackendState.UP, "the probe connects");
                Await.until(() -> behind.snapshot().accepted() > 0, "the probe was a connection");
            }
            Await.until(() -> state(front) == BackendState.DOWN, "the probe is refused again");
        }
    }

    private static BackendState state(TestUsher front) {
        return front.balancer().looks().pools().getFirst().backends().getFirst().state();
    }

    @Test
    void channelsOfTheJdkRefuseTheName() {
        ListenerConfig listener = ListenerConfig.tcp("in", List.of(address), "web");
        PoolConfig pool =
                PoolConfigBuilder.of("web").backend(TestUsher.anyBackend()).build();
        UsherConfig config = UsherConfig.of(List.of(listener), List.of(), List.of(pool));
        String refused = assertThrows(IllegalArgumentException.class, () -> config.withTransport(Transport.NIO))
                .getMessage();
        assertEquals("listeners.in.bind needs transport: epoll: write transport: auto, or leave the key out", refused);
    }
}
