package dev.usher.descriptor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.epoll.EpollProvider;
import dev.usher.relay.SessionLog;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import dev.usher.testing.TestUsher;
import dev.usher.testing.Transports;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sockets passed from process to process. A process in Python sends back what this process has sent. */
@Timeout(60)
class GivenSocketsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final SelectorProvider PROVIDER = Transports.underTest();
    /** Takes descriptors, of any number of messages, and sends all of them back in one go each. */
    private static final String MIRROR = """
            import array, socket, sys
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(sys.argv[1])
            listening.listen(1)
            print("listens", flush=True)
            peer, _ = listening.accept()
            while True:
                data, ancillary, _, _ = peer.recvmsg(1, socket.CMSG_SPACE(4 * 253))
                if not data:
                    break
                for _, _, bytes in ancillary:
                    descriptors = array.array("i", bytes)
                    peer.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
                    for each in descriptors:
                        socket.close(each)
            """;

    @TempDir
    private Path directory = Path.of("");

    private final List<ServerSocketChannel> own = new ArrayList<>();
    private @Nullable Process mirror;
    private @Nullable SocketChannel way;

    @AfterEach
    void end() throws IOException {
        for (ServerSocketChannel each : own) {
            each.close();
        }
        if (way != null) {
            way.close();
        }
        if (mirror != null) {
            mirror.destroyForcibly();
        }
    }

    /** Sends the descriptors, and returns those that come back: other descriptors of the same sockets. */
    private List<Integer> passed(List<Integer> descriptors) throws IOException {
        long peer = connected();
        DescriptorMail.send(peer, descriptors);
        return DescriptorMail.receive(peer, descriptors.size(), PATIENCE);
    }

    private long connected() throws IOException {
        Process known = mirror;
        if (known != null) {
            return known.pid();
        }
        Path python = Path.of("/usr/bin/python3");
        if (!Files.isExecutable(python)) {
            throw Needs.missing("python3 is not installed");
        }
        Path path = directory.resolve("way");
        Process started = new ProcessBuilder(python.toString(), "-c", MIRROR, path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        mirror = started;
        assertEquals("listens", started.inputReader().readLine());
        SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
        way = opened;
        opened.connect(UnixDomainSocketAddress.of(path));
        return started.pid();
    }

    private SocketAddress listen(int sockets) throws IOException {
        SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        for (int i = 0; i < sockets; i++) {
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            channel.bind(address, 100);
            channel.configureBlocking(false);
            address = channel.getLocalAddress();
            own.add(channel);
        }
        return address;
    }

    private GivenSockets takenOver(SocketAddress address) throws IOException {
        return GivenSockets.takenOver(
                passed(List.copyOf(ListeningDescriptors.of(Set.of(address)).keySet())), Set.of());
    }

    private void closeOwn() throws IOException {
        for (ServerSocketChannel each : own) {
            each.close();
        }
        own.clear();
    }

    /** The mirror closes its copies a moment after it has sent them. */
    private static void awaitRefusal(SocketAddress address) throws IOException {
        Await.until(
                () -> {
                    try (Socket client = new Socket()) {
                        client.connect(address);
                        return false;
                    } catch (ConnectException refused) {
                        return true;
                    }
                },
                "nobody listens");
    }

    /** Connects some clients, and returns how many of them the channels take. */
    private static int taken(SocketAddress address, List<ServerSocketChannel> channels) throws IOException {
        List<Socket> clients = new ArrayList<>();
        int taken = 0;
        for (int i = 0; i < 40; i++) {
            Socket client = new Socket();
            client.connect(address);
            clients.add(client);
        }
        for (ServerSocketChannel channel : channels) {
            for (SocketChannel one = channel.accept(); one != null; one = channel.accept()) {
                one.close();
                taken++;
            }
        }
        for (Socket client : clients) {
            client.close();
        }
        return taken;
    }

    @Test
    void aWorkerMayHaveSeveralSockets() throws Exception {
        SocketAddress address = listen(3);
        GivenSockets given = takenOver(address);
        closeOwn();
        assertTrue(given.has(address));
        assertEquals(2, given.reaches(address, 2));
        List<ServerSocketChannel> first = given.open(PROVIDER, address, 0, 2);
        List<ServerSocketChannel> second = given.open(PROVIDER, address, 1, 2);
        assertEquals(2, first.size());
        assertEquals(1, second.size());
        assertEquals(Set.of(address), given.opened());
        own.addAll(first);
        own.addAll(second);
        given.settle();
        assertFalse(given.has(address));
        assertEquals(40, taken(address, own), "every socket of the group is served");
        closeOwn();
        awaitRefusal(address);
    }

    @Test
    void aQueuedConnectionOutlivesTheFirstProcess() throws Exception {
        SocketAddress address = listen(1);
        try (Socket early = new Socket()) {
            early.connect(address);
            GivenSockets given = takenOver(address);
            closeOwn();
            ServerSocketChannel channel = given.open(PROVIDER, address, 0, 1).getFirst();
            own.add(channel);
            SocketChannel session = channel.accept();
            session.close();
            assertEquals(-1, early.getInputStream().read());
        }
    }

    /** A successor that ends before it has settled: as if it had never been. */
    @Test
    void theQueueOutlivesASuccessorThatGivesUp() throws Exception {
        SocketAddress address = listen(2);
        List<Socket> clients = queued(address);
        HostPort bind = bind(address);
        try (LoadBalancer successor = LoadBalancer.open(config(bind), environment(address))) {
            assertEquals(
                    List.of(address),
                    successor.looks().addresses().values().iterator().next());
        }
        assertAllWait(clients);
    }

    /** A socket that the service manager keeps open: the next start takes the queue. */
    @Test
    void theQueueOfTheServiceManagerOutlivesAStartThatFails() throws Exception {
        SocketAddress address = listen(1);
        List<Socket> clients = queued(address);
        HostPort bind = bind(address);
        int descriptor =
                ListeningDescriptors.of(Set.of(address)).keySet().iterator().next();
        Environment environment = Environment.of(SessionLog.NONE, Integer.MAX_VALUE)
                .withSockets(GivenSockets.of(Map.of(descriptor, "in")));
        LoadBalancer.open(config(bind), environment).close();
        assertAllWait(clients);
    }

    @Test
    void theQueueOutlivesASuccessorThatCannotListenEverywhere() throws Exception {
        SocketAddress address = listen(2);
        List<Socket> clients = queued(address);
        HostPort bind = bind(address);
        UsherConfig config = config(bind, new HostPort("192.0.2.1", 0));
        Environment environment = environment(address);
        assertThrows(IOException.class, () -> LoadBalancer.open(config, environment));
        assertAllWait(clients);
    }

    private static HostPort bind(SocketAddress address) {
        return new HostPort("127.0.0.1", ((InetSocketAddress) address).getPort());
    }

    private Environment environment(SocketAddress address) throws IOException {
        return Environment.of(SessionLog.NONE, Integer.MAX_VALUE).withSockets(takenOver(address));
    }

    private static UsherConfig config(HostPort... binds) {
        return UsherConfig.of(
                List.of(ListenerConfig.tls("in", List.of(binds))),
                List.of(RouteConfig.of("www.example.com", "pool")),
                List.of(PoolConfig.of("pool", List.of(TestUsher.anyBackend()))));
    }

    private static List<Socket> queued(SocketAddress address) throws IOException {
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket client = new Socket();
            client.connect(address);
            clients.add(client);
        }
        return clients;
    }

    /** Each client is in the queue of a socket of the first process, and is answered there. */
    private void assertAllWait(List<Socket> clients) throws IOException {
        int taken = 0;
        for (ServerSocketChannel channel : own) {
            for (SocketChannel one = channel.accept(); one != null; one = channel.accept()) {
                one.close();
                taken++;
            }
        }
        assertEquals(clients.size(), taken);
        for (Socket client : clients) {
            assertEquals(-1, client.getInputStream().read(), "closed, not reset");
            client.close();
        }
    }

    @Test
    void whatNobodyOpensIsClosed() throws Exception {
        SocketAddress address = listen(2);
        GivenSockets given = takenOver(address);
        closeOwn();
        given.settle();
        assertEquals(Set.of(), given.opened());
        awaitRefusal(address);
    }

    @Test
    void aSocketOfTheServiceManagerStaysOne() throws Exception {
        SocketAddress address = listen(1);
        GivenSockets given = GivenSockets.takenOver(
                passed(List.copyOf(ListeningDescriptors.of(Set.of(address)).keySet())), Set.of(address));
        closeOwn();
        assertEquals(Set.of(address), given.lasting());
        assertEquals(3, given.reaches(address, 3));
        given.open(PROVIDER, address, 0, 3).getFirst().close();
        given.settle();
        assertTrue(given.has(address));
        own.addAll(given.open(PROVIDER, address, 2, 3));
        assertEquals(40, taken(address, own));
    }

    @Test
    void aUnixSocketGoesOver() throws Exception {
        Path path = directory.resolve("in.sock");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(address);
        own.add(channel);
        GivenSockets given = takenOver(address);
        closeOwn();
        own.addAll(given.open(PROVIDER, address, 0, 2));
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(address);
            own.getLast().accept().close();
        }
    }

    @Test
    void abstractSocketGoesOver() throws Exception {
        SelectorProvider epoll = new EpollProvider();
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(
                "@usher-given/" + ProcessHandle.current().pid());
        ServerSocketChannel channel = epoll.openServerSocketChannel(StandardProtocolFamily.UNIX);
        channel.bind(address);
        own.add(channel);
        GivenSockets given = takenOver(address);
        closeOwn();
        assertTrue(given.has(address));
        own.addAll(given.open(epoll, address, 0, 2));
        try (SocketChannel client = epoll.openSocketChannel(StandardProtocolFamily.UNIX)) {
            assertTrue(client.connect(address));
            own.getLast().accept().close();
        }
    }

    @Test
    void duplicatesOfASocketCountOnce() throws Exception {
        SocketAddress address = listen(2);
        List<Integer> duplicates =
                passed(List.copyOf(ListeningDescriptors.of(Set.of(address)).keySet()));
        assertEquals(2, duplicates.size());
        assertEquals(2, ListeningDescriptors.of(Set.of(address)).size());
        duplicates.forEach(SocketCalls::close);
    }

    /** The sender may close a socket between its look and the message, and the number may be another file's by then. */
    @Test
    void refusesADescriptorThatDoesNotListen() throws Exception {
        SocketAddress address = listen(1);
        try (Socket client = new Socket()) {
            client.connect(address);
            SocketAddress local = client.getLocalSocketAddress();
            int connected = SocketCalls.descriptors().stream()
                    .filter(each -> local.equals(SocketCalls.address(each)))
                    .findFirst()
                    .orElseThrow();
            List<Integer> received = passed(List.of(connected));
            assertThrows(ClosedOnTheWayException.class, () -> GivenSockets.takenOver(received, Set.of()));
            assertNull(SocketCalls.address(received.getFirst()), "it is closed here");
        }
    }

    @Test
    void moreDescriptorsThanAMessageHolds() throws Exception {
        SocketAddress address = listen(1);
        int one = ListeningDescriptors.of(Set.of(address)).keySet().iterator().next();
        List<Integer> many = new ArrayList<>();
        for (int i = 0; i < 2 * DescriptorMail.MOST_AT_ONCE + 1; i++) {
            many.add(one);
        }
        List<Integer> received = passed(many);
        assertEquals(many.size(), new HashSet<>(received).size());
        received.forEach(SocketCalls::close);
    }

    @Test
    void aProcessWithoutAConnectionGetsNothing() {
        IOException refused = assertThrows(IOException.class, () -> DescriptorMail.send(Integer.MAX_VALUE, List.of(0)));
        assertTrue(String.valueOf(refused.getMessage()).contains("is not at the other end"), refused.getMessage());
    }
}
