package dev.usher.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.AdminServer.Patience;
import dev.usher.admin.TestAdmin.Answer;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.descriptor.GivenSockets;
import dev.usher.testing.Await;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one client may take, and that others are answered meanwhile. */
class LimitsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(300);
    /** The less the system takes for a client, the more waits in usher. */
    private static final int DEAF_BYTES = 4096;

    /** Longer than an answer takes where other programs have the processors, and shorter than a client waits. */
    private static final Duration HELD_UP = Duration.ofSeconds(5);

    private static final String LONG_LIST = "/api/v1/routes?limit=10000";

    private static String head(TestAdmin admin, String requestLine, String headers) {
        return requestLine + " HTTP/1.1\r\nHost: localhost:" + admin.port() + "\r\n" + headers + "\r\n";
    }

    /** True if the server ends the connection; a client that is left waiting fails the test by its time-out. */
    private static boolean isCut(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        try {
            while (in.read() >= 0) {
                // An answer on the way is as good.
            }
            return true;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void headerThatNeverEndsIsCut() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, new Patience(SHORT, LONG, LONG, LONG));
                Socket slow = admin.connect()) {
            slow.getOutputStream().write("GET / HTTP/1.1\r\nHost: local".getBytes(ISO_8859_1));
            assertTrue(isCut(slow));
        }
    }

    @Test
    void bodyThatNeverEndsIsCutAndHoldsNobody() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, new Patience(LONG, SHORT, LONG, LONG))) {
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 20; i++) { // more than there are threads that answer
                Socket socket = admin.connect();
                slow.add(socket);
                socket.getOutputStream()
                        .write(head(
                                        admin,
                                        "POST /api/v1/reload",
                                        "Content-Type: application/json\r\nContent-Length: 10\r\n")
                                .concat("{")
                                .getBytes(ISO_8859_1));
            }
            assertEquals(200, admin.ask("GET /api/v1/status").status());
            for (Socket socket : slow) {
                assertTrue(isCut(socket));
                socket.close();
            }
        }
    }

    @Test
    void silenceBetweenRequestsIsCut() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, new Patience(LONG, LONG, SHORT, LONG));
                Socket silent = admin.connect()) {
            silent.getOutputStream().write(head(admin, "GET /livez", "").getBytes(ISO_8859_1));
            assertTrue(isCut(silent));
        }
    }

    @Test
    void largeBodyIsRefused() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            Answer announced = admin.raw(head(
                    admin, "POST /api/v1/reload", "Content-Type: application/json\r\nContent-Length: 10000000\r\n"));
            assertEquals(413, announced.status(), announced::toString);
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            Answer chunked = admin.raw(head(
                            admin,
                            "POST /api/v1/reload",
                            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n")
                    + chunk + "1\r\nx\r\n0\r\n\r\n");
            assertEquals(413, chunked.status(), chunked::toString);
        }
    }

    @Test
    void whoExpectsToBeToldToGoOnIsTold() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN);
                Socket socket = admin.connect()) {
            socket.getOutputStream()
                    .write(head(
                                    admin,
                                    "PATCH " + TestAdmin.backendPath(),
                                    String.join(
                                            "\r\n",
                                            "Content-Type: application/json",
                                            "Content-Length: 13",
                                            "Expect: 100-continue",
                                            "Connection: close",
                                            ""))
                            .getBytes(ISO_8859_1));
            byte[] told = socket.getInputStream().readNBytes(25);
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", new String(told, ISO_8859_1));
            socket.getOutputStream().write("{\"weight\": 7}".getBytes(ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        }
    }

    @Test
    void bodyOfAReadIsRefused() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            Answer answer = admin.send("GET /api/v1/status", "x");
            assertEquals(400, answer.status(), answer::toString);
        }
    }

    @Test
    void largeHeaderIsRefused() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            Answer answer = admin.ask("GET /api/v1/status", "X-Large: " + "x".repeat(40_000));
            assertTrue(answer.status() == 0 || answer.status() >= 400, answer::toString);
            String many = "X-A: b\r\n".repeat(200);
            answer = admin.raw(head(admin, "GET /api/v1/status", many + "Connection: close\r\n"));
            assertTrue(answer.status() == 0 || answer.status() >= 400, answer::toString);
            assertEquals(200, admin.ask("GET /api/v1/status").status());
        }
    }

    /** As many as there may be hold all of them; a probe of health gets the place of one, long before they are cut. */
    @ParameterizedTest
    @ValueSource(strings = {"", "GET /"})
    void whoSaysNothingHoldsUpNoProbe(String begun) throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, new Patience(LONG, LONG, LONG, LONG))) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < AdminSocket.MAX_CONNECTIONS; i++) {
                Socket socket = admin.connect();
                silent.add(socket);
                socket.getOutputStream().write(begun.getBytes(ISO_8859_1));
            }
            assertEquals(200, admin.ask("GET /livez").status());
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void allThatHoldAConnectionInSilenceAreCutWithinSeconds() {
        Duration seconds = Duration.ofSeconds(10);
        assertTrue(Patience.STANDARD.silence().compareTo(seconds) <= 0, Patience.STANDARD::toString);
        assertTrue(Patience.STANDARD.header().compareTo(seconds) <= 0, Patience.STANDARD::toString);
    }

    /** They are held, and made again as soon as they are cut; the one who asks has the same address. */
    @Test
    void healthIsAnsweredWhileAThousandSilentConnectionsComeAgainAndAgain() throws Exception {
        int asked = 20;
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, new Patience(LONG, LONG, LONG, LONG));
                SilentCrowd crowd = new SilentCrowd(admin, 1000)) {
            Await.until(() -> crowd.comeAgain() > AdminSocket.MAX_CONNECTIONS, "they are cut, and come again");
            long begun = System.nanoTime();
            for (int i = 0; i < asked; i++) {
                assertEquals(200, admin.ask("GET /livez").status());
                assertEquals(200, admin.ask("GET /readyz").status());
            }
            Duration each = Duration.ofNanos((System.nanoTime() - begun) / (2L * asked));
            assertTrue(each.compareTo(Duration.ofSeconds(1)) < 0, () -> "an answer took " + each);
            System.out.println("health behind 1,000 silent connections: " + each.toMillis() + " ms");
        }
    }

    /** Clients who hold connections, and connect anew when one is cut. */
    private static final class SilentCrowd implements AutoCloseable {
        private static final int THREADS = 4;

        private final AtomicInteger comeAgain = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean over;

        SilentCrowd(TestAdmin admin, int connections) {
            for (int i = 0; i < THREADS; i++) {
                threads.add(
                        Thread.ofPlatform().daemon().start(() -> hold(admin.server.address(), connections / THREADS)));
            }
        }

        int comeAgain() {
            return comeAgain.get();
        }

        private void hold(InetSocketAddress address, int connections) {
            try (Selector selector = Selector.open()) {
                List<SocketChannel> mine = new ArrayList<>();
                for (int i = 0; i < connections; i++) {
                    mine.add(come(address, selector));
                }
                while (!over) {
                    selector.select(100);
                    for (SelectionKey cut : selector.selectedKeys()) {
                        cut.channel().close();
                        mine.remove((SocketChannel) cut.channel());
                        mine.add(come(address, selector));
                        comeAgain.incrementAndGet();
                    }
                    selector.selectedKeys().clear();
                }
                for (SocketChannel each : mine) {
                    each.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static SocketChannel come(InetSocketAddress address, Selector selector) throws IOException {
            SocketChannel channel = SocketChannel.open(address);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ); // readable once it is cut
            return channel;
        }

        @Override
        public void close() {
            over = true;
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Test
    void whoComesAboveTheMostTakesThePlaceOfWhoWaitsLongest() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, new Patience(LONG, LONG, LONG, LONG));
                Socket looks = admin.connect();
                Socket first = admin.connect()) {
            looks.getOutputStream().write(head(admin, "GET /api/v1/stream", "").getBytes(ISO_8859_1));
            Await.until(() -> available(looks) > 0, "the stream has begun");
            List<Socket> others = new ArrayList<>();
            for (int i = 0; i < AdminSocket.MAX_CONNECTIONS - 1; i++) {
                others.add(admin.connect());
            }
            assertTrue(isCut(first));
            assertEquals(200, admin.ask("GET /livez").status());
            int seen = available(looks);
            Await.until(() -> available(looks) > seen, "who is being answered stays");
            for (Socket socket : others) {
                socket.close();
            }
        }
    }

    /** One address and port of a client, connected to two addresses of usher, takes two places. */
    @Test
    void aClientsPortMayBeConnectedToTwoAddresses() throws IOException {
        Patience patience = new Patience(LONG, LONG, LONG, LONG);
        try (AdminSocket everywhere = AdminSocket.open(
                        new InetSocketAddress(0), null, HttpServerExchange::endExchange, patience, GivenSockets.NONE);
                Socket first = fromPort(0, "127.0.0.1", everywhere);
                Socket twin = fromPort(first.getLocalPort(), "127.0.0.2", everywhere)) {
            assertEquals(first.getLocalSocketAddress(), twin.getLocalSocketAddress());
            List<Socket> others = new ArrayList<>();
            for (int i = 0; i < AdminSocket.MAX_CONNECTIONS - 1; i++) {
                others.add(fromPort(0, "127.0.0.1", everywhere));
            }
            assertTrue(isCut(first), "it is counted, and has waited longest");
            for (Socket socket : others) {
                socket.close();
            }
        }
    }

    private static Socket fromPort(int port, String to, AdminSocket server) throws IOException {
        Socket socket = new Socket();
        socket.setReuseAddress(true);
        socket.setSoTimeout((int) Duration.ofSeconds(15).toMillis());
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.connect(new InetSocketAddress(
                InetAddress.ofLiteral(to), server.address().getPort()));
        return socket;
    }

    /** Ten such answers are more than may wait. */
    @Test
    void whatIsNotTakenIsBoundedAndGivenUp() throws IOException {
        String label = "a".repeat(60);
        List<RouteConfig> routes = IntStream.range(0, 10_000)
                .mapToObj(i -> RouteConfig.of(label + '.' + label + '.' + label + '.' + i + ".example.com", "web"))
                .toList();
        Duration stall = Duration.ofSeconds(5);
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, new Patience(LONG, LONG, LONG, stall), routes)) {
            List<Socket> deaf = new ArrayList<>();
            while (statusOfLongList(admin) == 200) {
                assertTrue(deaf.size() < 100, "a hundred of them were taken on");
                Socket socket = new Socket();
                deaf.add(socket);
                socket.setReceiveBufferSize(DEAF_BYTES);
                socket.connect(admin.server.address());
                socket.getOutputStream()
                        .write(head(admin, "GET " + LONG_LIST, "").getBytes(ISO_8859_1));
            }
            assertEquals(200, admin.ask("GET /api/v1/status").status(), "what is small is answered");
            Await.until(() -> statusOfLongList(admin) == 200, "those who take nothing are given up");
            for (Socket socket : deaf) {
                socket.close();
            }
        }
    }

    /**
     * They ask for metrics over and over, and read nothing; whoever asks for health or the status has an answer, from the first
     * burst on. Where each may hold a thread the answer never comes, so the limit is far from both.
     */
    @Test
    void twoHundredWhoDoNotReadMetricsHoldUpNobody() throws IOException {
        List<PoolConfig> pools = IntStream.range(0, 300)
                .mapToObj(i ->
                        PoolConfig.of("pool-" + i, List.of(BackendConfig.of(HostPort.parse("127.0.0.1:" + (i + 1))))))
                .toList();
        List<RouteConfig> routes = pools.stream()
                .map(pool -> RouteConfig.of(pool.name() + ".example.com", pool.name()))
                .toList();
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, routes, pools)) {
            List<Socket> deaf = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket();
                deaf.add(socket);
                socket.setReceiveBufferSize(DEAF_BYTES);
                socket.connect(admin.server.address());
                socket.getOutputStream()
                        .write(head(admin, "GET /metrics", "").repeat(5).getBytes(ISO_8859_1));
            }
            for (int round = 0; round < 3; round++) {
                for (String path : List.of("/livez", "/readyz", "/api/v1/status", "/plain")) {
                    assertAnswered(admin, path);
                }
            }
            Await.until(() -> statusOf(admin, "GET /metrics") == 200, "a scraper that reads has its turn");
            for (Socket socket : deaf) {
                socket.close();
            }
        }
    }

    private static void assertAnswered(TestAdmin admin, String path) throws IOException {
        long begun = System.nanoTime();
        assertEquals(200, admin.ask("GET " + path).status(), path);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        System.out.println(path + " behind 200 who do not read /metrics: " + took.toMillis() + " ms");
        assertTrue(took.compareTo(HELD_UP) < 0, () -> path + " took " + took);
    }

    private static int statusOf(TestAdmin admin, String request) {
        try {
            return admin.ask(request).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int statusOfLongList(TestAdmin admin) {
        try {
            int status = admin.ask("GET " + LONG_LIST).status();
            assertTrue(status == 200 || status == 503, () -> "status " + status);
            return status;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int available(Socket socket) {
        try {
            return socket.getInputStream().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
