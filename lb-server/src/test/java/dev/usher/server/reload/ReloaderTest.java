package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.metrics.MetricsSnapshot.BackendSnapshot;
import dev.usher.reload.Reload;
import dev.usher.reload.Reload.Result;
import dev.usher.server.it.Ports;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReloaderTest {
    @TempDir
    private Path directory = Path.of("");

    private int port;
    private final TestBackend one = TestBackend.start(TestBackend.ECHO);
    private final TestBackend two = TestBackend.start(TestBackend.ECHO);

    @BeforeEach
    void choosePort() throws IOException {
        port = Ports.free();
    }

    @AfterEach
    void stopBackends() {
        one.close();
        two.close();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("usher.yaml"), text);
    }

    private static String text(String binds, String onRemoved, TestBackend... backends) {
        return """
                listeners: { in: { bind: [%s] } }
                routes: { www.example.com: web }
                pools: { web: { backends: [%s] } }
                defaults: { health_check: none }
                workers: 2
                admin: { bind: none }
                reload: { watch: false, on_removed_backend: %s }
                """.formatted(
                binds,
                Stream.of(backends).map(backend -> '"' + backend.name() + '"').collect(Collectors.joining(", ")),
                onRemoved);
    }

    private String text(TestBackend... backends) {
        return text("\"127.0.0.1:" + port + '"', "drain", backends);
    }

    private static void assertEchoes(TestPeer client) throws IOException {
        client.send(new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, client.read(3));
    }

    // ---- bad input ----

    @Test
    void badInputChangesNothingAndIsLoud() throws Exception {
        Path file = write(text(one));
        try (TestReload usher = TestReload.of(file);
                TestPeer client = TestReload.greeted(port)) {
            UsherConfig inForce = usher.balancer().looks().config();
            write(text(one)
                    .replace("workers: 2", "wrokers: 2")
                    .replace("routes: { www.example.com: web }", "routes: { www.example.com: wbe }"));

            Reload reload = usher.reload(Result.REFUSED);

            assertEquals(
                    List.of(file + ":2:28: error: ", file + ":5:1: error: "),
                    reload.diagnostics().stream()
                            .map(line -> line.substring(0, line.indexOf("error: ") + 7))
                            .toList(),
                    "every fault at its place");
            assertTrue(reload.diagnostics().get(1).contains("did you mean \"workers\""), reload.toString());
            assertSame(inForce, usher.balancer().looks().config());
            assertEchoes(client);
            TestReload.greeted(port).close();
            assertEquals(1, usher.events(Kind.RELOAD_REFUSED));
            assertEquals(1, usher.reloader().status().refused());
            assertEquals(1, usher.reloader().status().generation());
            assertEquals(reload, usher.reloader().status().last());
        }
    }

    @Test
    void aPortThatIsTakenIsRefusedAndLeavesNothingBehind() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestReload usher = TestReload.of(write(text(one)))) {
            write(text(
                    "\"127.0.0.1:%d\", \"127.0.0.1:%d\"".formatted(Ports.free(), taken.getLocalPort()), "drain", two));
            usher.reload(Result.REFUSED); // the first has loaded all classes and opened all pipes
            long descriptors = descriptors();
            for (int i = 0; i < 20; i++) {
                Reload reload = usher.reload(Result.REFUSED);
                assertTrue(reload.diagnostics().getFirst().contains("Address already in use"), reload.toString());
            }
            Await.until(() -> descriptors() <= descriptors, "no descriptor is left open");
            TestReload.greeted(port).close();
            assertEquals(0, two.connections().size());
        }
    }

    private static long descriptors() {
        return Objects.requireNonNull(directoryEntries("/proc/self/fd")).length;
    }

    private static String[] directoryEntries(String path) {
        return Objects.requireNonNull(new java.io.File(path).list());
    }

    @Test
    void theSameAgainIsNoReload() throws Exception {
        try (TestReload usher = TestReload.of(write(text(one)))) {
            UsherConfig inForce = usher.balancer().looks().config();
            write("# a remark\n" + text(one));
            assertEquals(1, usher.reload(Result.UNCHANGED).generation());
            assertSame(inForce, usher.balancer().looks().config());
            assertEquals(0, usher.events(Kind.RELOADED));
        }
    }

    // ---- what stays ----

    @Test
    void unchangedBackendsKeepCountersAndSessions() throws Exception {
        try (TestReload usher = TestReload.of(write(text(one)))) {
            TestReload.greeted(port).close();
            Await.until(() -> backend(usher, one).sessions() == 1, "the session is counted");
            try (TestPeer client = TestReload.greeted(port)) {
                write(text(one, two).replace("defaults: {", "defaults: { retries: 5,"));
                assertEquals(2, usher.reload(Result.APPLIED).generation());
                assertEchoes(client);
                assertEquals(1, backend(usher, one).sessions());
                assertEquals(1, backend(usher, one).open());
                assertTrue(backend(usher, one).bytesIn() > 0);
            }
            Await.until(() -> backend(usher, one).sessions() == 2, "the other one, too");
            assertEquals(1, usher.events(Kind.RELOADED));
        }
    }

    private static BackendSnapshot backend(TestReload usher, TestBackend backend) {
        return Objects.requireNonNull(Objects.requireNonNull(
                        usher.balancer().looks().snapshot().pools().get("web"))
                .backends()
                .get(backend.name()));
    }

    @Test
    void sessionsOfARemovedBackendGoOn() throws Exception {
        try (TestReload usher = TestReload.of(write(text(one)));
                TestPeer client = TestReload.greeted(port)) {
            write(text(two));
            usher.reload(Result.APPLIED);
            assertEchoes(client);
            try (TestPeer later = TestReload.greeted(port)) {
                assertEchoes(later);
                assertEquals(1, two.connections().size());
                assertEquals(1, one.connections().size());
            }
        }
    }

    @Test
    void sessionsOfARemovedBackendAreClosedIfSoWanted() throws Exception {
        try (TestReload usher = TestReload.of(write(text("\"127.0.0.1:" + port + '"', "close", one, two)));
                TestPeer first = TestReload.greeted(port);
                TestPeer second = TestReload.greeted(port)) {
            boolean firstIsOfOne = one.connections().size() == 1
                    && one.connections().getFirst().hasReceived(first.received());
            assertEquals(1, one.connections().size());
            assertTrue(firstIsOfOne);
            write(text("\"127.0.0.1:" + port + '"', "close", two));
            usher.reload(Result.APPLIED);
            Await.until(
                    () -> usher.balancer().looks().snapshot().ended(CloseReason.BACKEND_REMOVED.word()) == 1,
                    "its session is closed");
            List<TestPeer.Ending> endings = Stream.of(first, second)
                    .parallel()
                    .map(ReloaderTest::endingOrEcho)
                    .toList();
            assertEquals(1, endings.stream().filter(TestPeer.Ending.RST::equals).count(), endings.toString());
            assertEquals(1, usher.balancer().looks().openSessions());
        }
    }

    /** RST, or FIN for one that still works and is then closed. */
    private static TestPeer.Ending endingOrEcho(TestPeer client) {
        try {
            client.send(new byte[] {1, 2, 3});
            client.read(3);
            return TestPeer.Ending.FIN;
        } catch (IOException reset) {
            return TestPeer.Ending.RST;
        }
    }

    /** It was accepted under one configuration, and its hello became whole under another one without its backends. */
    @Test
    void aHelloThatComesSlowlyIsServedByWhatIsInForceWhenItIsWhole() throws Exception {
        byte[] hello = new byte[TestUsher.helloBytes()];
        TestUsher.hello().get(hello);
        try (TestReload usher = TestReload.of(write(text(one)));
                TestPeer client = TestReload.connect(port)) {
            client.send(Arrays.copyOf(hello, 20));
            Await.until(() -> usher.balancer().looks().openSessions() == 1, "it is accepted");
            write(text(two));
            usher.reload(Result.APPLIED);
            client.send(Arrays.copyOfRange(hello, 20, hello.length));
            assertArrayEquals(hello, client.read(hello.length));
            assertEquals(1, two.connections().size());
        }
    }

    // ---- listeners ----

    @Test
    void aChangedBindOpensAndClosesOnlyWhatChanged() throws Exception {
        int kept = Ports.free();
        String both = "\"127.0.0.1:%d\", \"127.0.0.1:%d\"";
        try (TestReload usher = TestReload.of(write(text(both.formatted(kept, port), "drain", one)));
                TestPeer before = TestReload.greeted(port)) {
            List<String> sockets = listening(kept);
            int next = Ports.free();
            write(text(both.formatted(kept, next), "drain", one));

            Reload reload = usher.reload(Result.APPLIED);

            assertEquals(
                    "~ listener in: rebinding: opens 127.0.0.1:%d closes 127.0.0.1:%d; open sessions continue\n"
                            .formatted(next, port)
                            .replace(" closes", ", closes"),
                    reload.diff().text());
            assertEquals(2, sockets.size(), "one for each worker");
            assertEquals(sockets, listening(kept), "the same sockets");
            assertEquals(2, listening(next).size());
            assertEquals(List.of(), listening(port));
            assertThrows(ConnectException.class, () -> TestReload.connect(port));
            TestReload.greeted(next).close();
            assertEchoes(before);
        }
    }

    @Test
    void oneAddressCanBecomeEveryAddressAndBack() throws Exception {
        String loopback = text(one);
        String every = text("\"0.0.0.0:" + port + '"', "drain", one);
        try (TestReload usher = TestReload.of(write(loopback))) {
            for (String next : List.of(every, loopback)) {
                write(next);
                usher.reload(Result.APPLIED);
                TestReload.greeted(port).close();
            }
        }
    }

    /** The one address had to be closed first, and is there again. */
    @Test
    void anAddressThatGaveWayInVainIsOpenedAgain() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestReload usher = TestReload.of(write(text(one)));
                TestPeer client = TestReload.greeted(port)) {
            write(text("\"0.0.0.0:%d\", \"127.0.0.1:%d\"".formatted(port, taken.getLocalPort()), "drain", one));
            usher.reload(Result.REFUSED);
            assertEquals(2, listening(port).size());
            TestReload.greeted(port).close();
            assertEchoes(client);
        }
    }

    /** Inodes of the sockets that listen on a port of 127.0.0.1. */
    private static List<String> listening(int port) throws IOException {
        String local = "0100007F:%04X".formatted(port).toUpperCase(Locale.ROOT);
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.map(line -> line.trim().split("\\s+", -1))
                    .filter(fields -> fields[1].equals(local) && fields[3].equals("0A"))
                    .map(fields -> fields[9])
                    .sorted()
                    .toList();
        }
    }

    // ---- what follows beside the load balancer ----

    @Test
    void aPartThatCannotFollowRefusesTheReloadAndNothingIsApplied() throws Exception {
        List<String> done = new ArrayList<>();
        try (TestReload usher = TestReload.of(write(text(one)))) {
            usher.reloader().follow(next -> {
                if (next.routes().size() > 1) {
                    throw new IOException("the access log /x cannot be opened");
                }
                return new Reloader.Change(() -> done.add("commit"), () -> done.add("cancel"));
            });
            write(text(one).replace("routes: {", "routes: { b.example.com: web,"));
            Reload refused = usher.reload(Result.REFUSED);
            assertTrue(
                    refused.diagnostics().getLast().contains("the access log /x cannot be opened"), refused::toString);
            assertEquals(1, usher.balancer().looks().config().routes().size());
            write(text(two));
            usher.reload(Result.APPLIED);
            assertEquals(List.of("commit"), done);
        }
    }

    /** A fault nobody has thought of: it is known, the next reload is made, and so is the next of a signal. */
    @Test
    void aReloadThatCrashesIsKnownUntilOneSucceeds() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        try (TestReload usher = TestReload.of(write(text(one)))) {
            usher.reloader().follow(_ -> {
                if (broken.get()) {
                    throw new NoClassDefFoundError("gone");
                }
                return new Reloader.Change(() -> {}, () -> {});
            });
            write(text(two));
            usher.reloader().onSignal();
            Await.until(() -> !usher.balancer().background().failing().isEmpty(), "the crash is known");
            assertEquals(
                    "reload: it has crashed: java.lang.NoClassDefFoundError: gone",
                    usher.balancer().background().failing().stream()
                            .map(failure -> failure.task() + ": " + failure.why())
                            .collect(Collectors.joining()));
            broken.set(false);
            usher.reloader().onSignal();
            Await.until(() -> usher.balancer().background().failing().isEmpty(), "it works again");
            assertEquals(2, usher.reloader().status().generation());
        }
    }

    // ---- the record ----

    @Test
    void whatNeedsARestartIsSaidUntilItIsTakenBack() throws Exception {
        try (TestReload usher = TestReload.of(write(text(one)))) {
            write(
                    text(one)
                            .replace(
                                    "workers: 2",
                                    "workers: 3\nlimits: { held_bytes: 1GiB }\nlogging: { format: json, access: { output: none } }"));
            usher.reload(Result.APPLIED);
            assertEquals(
                    List.of("workers", "limits.held_bytes", "logging.format"),
                    usher.reloader().status().restartNeeded());
            assertEquals(1, usher.events(Kind.WARNING));
            write(text(one));
            usher.reload(Result.APPLIED);
            assertEquals(List.of(), usher.reloader().status().restartNeeded());
        }
    }

    @Test
    void remembersTheLastFiftyAttempts() throws Exception {
        try (TestReload usher = TestReload.of(write(text(one)))) {
            for (int i = 0; i < Reloader.MAX_HISTORY + 5; i++) {
                usher.reload(Result.UNCHANGED);
            }
            List<Reload> history = usher.reloader().status().history();
            assertEquals(Reloader.MAX_HISTORY, history.size());
            assertEquals(6, history.getFirst().number());
            assertEquals(Reloader.MAX_HISTORY + 5, history.getLast().number());
            assertNotEquals(0, usher.reloader().status().unchanged());
        }
    }

    @Test
    void signalsThatComeWhileOneWaitsAreOne() throws Exception {
        try (TestReload usher = TestReload.of(write(text(one)))) {
            write(text(two));
            for (int i = 0; i < 100; i++) {
                usher.reloader().onSignal();
            }
            usher.next(Result.APPLIED);
            usher.reloader().close(); // waits for what is asked for
            assertTrue(usher.reloader().status().last() != null);
            assertTrue(usher.reloader().status().unchanged() < 99, "fewer reloads than signals");
        }
    }
}
