package dev.usher;

import static dev.usher.testing.TestUsher.hello;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HostPort;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.relay.SessionLog;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.testing.Transports;
import dev.usher.time.Clock;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Settings that the JDK's channels cannot follow: their effect on epoll, their refusal elsewhere. */
class ListenOptionsTest {
    private static final ListenOptions DEFER = new ListenOptions(false, true, null);

    private static void isServed(TestPeer client) throws IOException {
        client.send(hello()).halfClose();
        assertArrayEquals(Hellos.bytes(hello()), client.readToEnd());
    }

    /** On a busy machine a try may take longer than the second for which the kernel keeps a client. */
    @Test
    void connectionWithoutAByteIsNotAccepted() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend)
                        .provider(Transports.ofLinux())
                        .options(DEFER)
                        .start()) {
            Await.until(() -> silentClientWaits(usher), "a client without a byte waits while another is served");
        }
    }

    private static boolean silentClientWaits(TestUsher usher) {
        try (TestPeer silent = usher.connect();
                TestPeer talking = usher.connect()) {
            long before = usher.snapshot().accepted();
            isServed(talking);
            usher.ended(CloseReason.COMPLETED);
            long accepted = usher.snapshot().accepted() - before;
            isServed(silent);
            usher.ended(CloseReason.COMPLETED);
            return accepted == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void reloadTurnsTheWaitInTheKernelOff() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO)) {
            TestUsher.Builder deferring =
                    TestUsher.of(backend).provider(Transports.ofLinux()).options(DEFER);
            try (TestUsher usher = deferring.start()) {
                UsherConfig was = usher.balancer().looks().config();
                ListenerConfig listener = was.listeners().get("in");
                assertTrue(listener != null);
                usher.balancer()
                        .apply(UsherConfig.of(
                                List.of(listener.withOptions(ListenOptions.DEFAULT)),
                                was.routes(),
                                List.copyOf(was.pools().values())));
                try (TestPeer silent = usher.connect()) {
                    usher.awaitOpen(1);
                    isServed(silent);
                }
                usher.ended(CloseReason.COMPLETED);
            }
        }
    }

    @Test
    void freebindListensBeforeTheAddressIsThere() throws IOException {
        HostPort absent = new HostPort("192.0.2.77", 0);
        ListenerConfig listener = ListenerConfig.tcp("in", List.of(absent), "web");
        PoolConfig pool = PoolConfig.of("web", List.of(TestUsher.anyBackend()));
        UsherConfig without = UsherConfig.of(List.of(listener), List.of(), List.of(pool));
        IOException refused = assertThrows(IOException.class, () -> open(Transports.ofLinux(), without));
        assertTrue(refused.toString().endsWith("Cannot assign requested address"), refused.toString());

        ListenerConfig free = listener.withOptions(new ListenOptions(true, false, null));
        open(Transports.ofLinux(), UsherConfig.of(List.of(free), List.of(), List.of(pool)))
                .close();
    }

    @Test
    void channelsOfTheJdkRefuseEachSetting() {
        ListenerConfig listener = ListenerConfig.tcp("in", List.of(new HostPort("127.0.0.1", 0)), "web");
        PoolConfig pool = PoolConfig.of("web", List.of(TestUsher.anyBackend()));
        Duration minute = Duration.ofMinutes(1);
        isRefused("listeners.in.freebind", listener.withOptions(new ListenOptions(true, false, null)), pool);
        isRefused("listeners.in.tcp_user_timeout", listener.withOptions(new ListenOptions(false, false, minute)), pool);
        isRefused(
                "pools.web.transparent",
                listener,
                of(PoolConfigBuilder.of("web").transparent()));
        isRefused(
                "pools.web.tcp_user_timeout",
                listener,
                of(PoolConfigBuilder.of("web").tcpUserTimeout(minute)));
    }

    private static PoolConfig of(PoolConfigBuilder pool) {
        return pool.backend(TestUsher.anyBackend()).build();
    }

    private static void isRefused(String setting, ListenerConfig listener, PoolConfig pool) {
        UsherConfig config = UsherConfig.of(List.of(listener), List.of(), List.of(pool));
        String written = assertThrows(IllegalArgumentException.class, () -> config.withTransport(Transport.NIO))
                .getMessage();
        assertEquals(setting + " needs transport: epoll: write transport: auto, or leave the key out", written);
        String running = assertThrows(IOException.class, () -> open(SelectorProvider.provider(), config))
                .getMessage();
        assertEquals(
                setting + " needs transport: epoll, and usher runs on nio: restart usher with transport: auto",
                running);
    }

    private static LoadBalancer open(SelectorProvider provider, UsherConfig config) throws IOException {
        return LoadBalancer.open(config, new Environment(provider, Clock.SYSTEM, SessionLog.NONE, 100));
    }
}
