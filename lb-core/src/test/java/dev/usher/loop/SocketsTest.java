package dev.usher.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.ListenOptions;
import dev.usher.descriptor.GivenSockets;
import dev.usher.epoll.LinuxOptions;
import dev.usher.testing.Needs;
import dev.usher.testing.Transports;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options of sockets that the JDK's channels do not have. */
class SocketsTest {
    /** Of TEST-NET-1: no machine has the address. */
    private static final InetAddress ABSENT = InetAddress.ofLiteral("192.0.2.77");

    private final Sockets sockets = new Sockets(Transports.ofLinux(), GivenSockets.NONE);
    private final Sockets ofTheJdk = new Sockets(SelectorProvider.provider(), GivenSockets.NONE);

    private static InetSocketAddress at(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    private static int localPort(SocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void sourceTakesNoPortBeforeTheConnect(String host) throws IOException {
        Departure from = new Departure(at(host, 0), false, 0);
        try (SocketChannel channel = sockets.connectingTo(at(host, 443), from, true);
                SocketChannel taker = ofTheJdk.connectingTo(at(host, 443), from, true)) {
            assertEquals(at(host, 0).getAddress(), ((InetSocketAddress) channel.getLocalAddress()).getAddress());
            assertEquals(0, localPort(channel));
            assertTrue(localPort(taker) > 0, "the JDK has no such option");
        }
    }

    @Test
    void sourceOfNoMachineIsRefused() {
        Departure from = new Departure(new InetSocketAddress(ABSENT, 0), false, 0);
        assertThrows(BindException.class, () -> sockets.connectingTo(at("127.0.0.1", 443), from, true));
    }

    @Test
    void sourceMayBeOfAnotherMachineForRoot() throws Exception {
        Needs.root();
        Departure from = new Departure(new InetSocketAddress(ABSENT, 0), true, 0);
        try (SocketChannel channel = sockets.connectingTo(at("127.0.0.1", 443), from, true)) {
            assertEquals(ABSENT, ((InetSocketAddress) channel.getLocalAddress()).getAddress());
        }
    }

    @Test
    void backendHasTheUserTimeout() throws IOException {
        try (SocketChannel channel =
                        sockets.connectingTo(at("127.0.0.1", 443), new Departure(null, false, 12_000), true);
                SocketChannel usual = sockets.connectingTo(at("127.0.0.1", 443), Departure.USUAL, true)) {
            assertEquals(12_000, channel.getOption(LinuxOptions.TCP_USER_TIMEOUT));
            assertEquals(0, usual.getOption(LinuxOptions.TCP_USER_TIMEOUT));
        }
    }

    @Test
    void clientsInheritTheUserTimeoutAndAChangeReachesTheNext() throws IOException {
        try (ServerSocketChannel listener = sockets.listen(at("127.0.0.1", 0), 16, false)) {
            sockets.tune(listener, new ListenOptions(false, false, Duration.ofSeconds(30)));
            assertEquals(30_000, timeoutOfNextClient(listener));
            sockets.tune(listener, ListenOptions.DEFAULT);
            assertEquals(0, timeoutOfNextClient(listener));
        }
    }

    private static int timeoutOfNextClient(ServerSocketChannel listener) throws IOException {
        try (Socket _ = new Socket(
                        InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.getLocalAddress()).getPort());
                SocketChannel accepted = Objects.requireNonNull(listener.accept())) {
            return accepted.getOption(LinuxOptions.TCP_USER_TIMEOUT);
        }
    }

    @Test
    void freebindBindsAnAddressThatIsNotThereYet() throws IOException {
        InetSocketAddress absent = new InetSocketAddress(ABSENT, 0);
        assertThrows(BindException.class, () -> sockets.listen(absent, 16, false));
        try (ServerSocketChannel listener = sockets.listen(absent, 16, true)) {
            assertEquals(ABSENT, ((InetSocketAddress) listener.getLocalAddress()).getAddress());
        }
        InetSocketAddress absentToo = at("2001:db8::77", 0);
        try (ServerSocketChannel listener = sockets.listen(absentToo, 16, true)) {
            assertFalse(((InetSocketAddress) listener.getLocalAddress()).getPort() == 0);
        }
    }
}
