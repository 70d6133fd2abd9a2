package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A usher that is replaced while it serves, as processes, with clients that go on coming. */
@Timeout(300)
class UpgradeIT {
    private static final int CLIENT_MILLIS = 20_000;
    private static final long BETWEEN_CLIENTS_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    @TempDir
    private Path directory = Path.of("");

    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private final List<Program> programs = new ArrayList<>();
    private final List<Long> successors = new ArrayList<>();
    private final AtomicBoolean ends = new AtomicBoolean();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicLong served = new AtomicLong();
    private final List<Thread> clients = new ArrayList<>();
    private int port;
    private int adminPort;
    private Path file = Path.of("");

    @BeforeEach
    void choosePorts() throws IOException {
        port = freePort();
        adminPort = freePort();
        file = directory.resolve("usher.yaml");
    }

    @AfterEach
    void endAll() {
        ends.set(true);
        programs.forEach(Program::close);
        successors.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        backend.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private void write(int workers) throws IOException {
        write(workers, "[\"" + backend.name() + "\"]", "none");
    }

    private void write(int workers, String backends, String check) throws IOException {
        Files.writeString(file, """
                listeners:
                  in: { type: tcp, bind: ["127.0.0.1:%d", "unix:%s"], pool: echo }
                pools: { echo: { backends: %s, health_check: %s } }
                admin: { bind: "127.0.0.1:%d" }
                shutdown: { drain: 250s }
                reload: { watch: false }
                workers: %d
                logging: { access: { output: none } }
                """.formatted(port, socket(), backends, check, adminPort, workers));
    }

    private Path socket() {
        return directory.resolve("in.sock");
    }

    private Program start(List<String> command) {
        Program program = Program.start(
                Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString()), command);
        programs.add(program);
        return program;
    }

    private Program startFirst() {
        Program first = start(Product.command("run", file.toString()));
        first.err().await("is ready");
        return first;
    }

    private Program command(String... arguments) {
        return start(Product.command(arguments));
    }

    /** Upgrades, and returns the number of the new process. */
    private long upgraded() throws InterruptedException {
        Program upgrade = command("upgrade", file.toString());
        assertEquals(0, upgrade.exitCode(), upgrade::all);
        return successor(upgrade);
    }

    private long successor(Program upgrade) {
        Matcher started = upgrade.awaitPrinted("started process (\\d+)");
        long pid = Long.parseLong(started.group(1));
        successors.add(pid);
        return pid;
    }

    // ---- clients ----

    private Socket connected() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CLIENT_MILLIS);
        socket.setSoTimeout(CLIENT_MILLIS);
        return socket;
    }

    /** A client each few milliseconds, on a connection of its own. */
    private void comeOften() {
        clients.add(Thread.ofPlatform().start(() -> {
            while (!ends.get()) {
                clients.add(Thread.ofVirtual().start(() -> count(() -> visit(connected()))));
                LockSupport.parkNanos(BETWEEN_CLIENTS_NANOS);
            }
        }));
    }

    @FunctionalInterface
    private interface Visit {
        void run() throws Exception;
    }

    private void count(Visit visit) {
        try {
            visit.run();
            served.incrementAndGet();
        } catch (Exception | AssertionError e) {
            faults.add(e.toString());
        }
    }

    private static void visit(Socket client) throws IOException {
        try (client) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertEquals(5, client.getInputStream().readAllBytes().length);
        }
    }

    private void visitBySocketFile() throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(socket()));
            client.write(ByteBuffer.wrap(new byte[] {7}));
            ByteBuffer answer = ByteBuffer.allocate(1);
            assertEquals(1, client.read(answer));
            assertEquals(7, answer.get(0));
        }
    }

    /** A session that goes on until the end, and compares every byte. */
    private Thread stayLong() {
        Thread staying = Thread.ofVirtual()
                .start(() -> count(() -> {
                    Random random = new Random(port);
                    byte[] block = new byte[4000];
                    try (Socket client = connected()) {
                        DataInputStream in = new DataInputStream(client.getInputStream());
                        while (!ends.get()) {
                            random.nextBytes(block);
                            client.getOutputStream().write(block);
                            assertArrayEquals(block, in.readNBytes(block.length));
                            Await.pass(Duration.ofMillis(20));
                        }
                    }
                }));
        clients.add(staying);
        return staying;
    }

    private void lookOften() {
        clients.add(Thread.ofPlatform().start(() -> {
            while (!ends.get()) {
                count(() -> assertEquals(200, admin("/readyz").status()));
                Await.pass(Duration.ofMillis(20));
            }
        }));
    }

    private record Answer(int status, String body) {}

    /** On a connection of its own: an open connection of the admin side ends with its process. */
    private Answer admin(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                            .timeout(Duration.ofMillis(CLIENT_MILLIS))
                            .build(),
                    BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body());
        }
    }

    private void everybodyLeaves() throws InterruptedException {
        ends.set(true);
        clients.getFirst().join(); // starts no more
        for (Thread client : List.copyOf(clients)) {
            client.join();
        }
        assertTrue(faults.isEmpty(), () -> faults.size() + " of " + served + ": " + faults.peek());
    }

    // ---- tests ----

    @Test
    @Tag("slow")
    void losesNoConnectionWhileWorkersComeAndGo() throws Exception {
        write(2);
        Program first = startFirst();
        comeOften();
        lookOften();
        stayLong();
        long last = 0;
        for (int workers : List.of(1, 3, 2)) {
            write(workers);
            stayLong();
            last = upgraded();
            visitBySocketFile();
            assertTrue(admin("/api/v1/status").body().contains("\"pid\":" + last + ","));
            long before = served.get();
            Await.process(() -> served.get() > before + 50 || !faults.isEmpty(), "the new process serves");
        }
        assertEquals(4, processes());
        everybodyLeaves();
        assertEquals(0, first.exitCode(), "it has no session left");
        for (long old : successors.subList(0, successors.size() - 1)) {
            Await.process(() -> ProcessHandle.of(old).isEmpty(), "process " + old + " ends");
        }
        visitBySocketFile(); // the old processes have not removed the file of the new one
        assertTrue(ProcessHandle.of(last).isPresent());
    }

    /** Of this test: the first, and its successors that still have sessions. */
    private long processes() {
        return programs.getFirst().process().descendants().count() + 1;
    }

    @Test
    void keepsWhatPeopleHaveOrdered() throws Exception {
        write(1, "[\"" + backend.name() + "\", \"127.0.0.1:1\", \"127.0.0.1:2\"]", "none");
        Program first = startFirst();
        assertEquals(
                0,
                command("drain", "echo", "127.0.0.1:1", "--pid", "" + first.pid())
                        .exitCode());
        assertEquals(
                0,
                command("disable", "echo", "127.0.0.1:2", "--pid", "" + first.pid())
                        .exitCode());
        assertEquals(
                0,
                command("weight", "echo", backend.name(), "7", "--pid", "" + first.pid())
                        .exitCode());
        Program upgrade = command("upgrade", file.toString());
        assertEquals(0, upgrade.exitCode(), upgrade::all);
        successor(upgrade);
        upgrade.out().await("3 orders of people for backends stay in force");
        String pool = admin("/api/v1/pools/echo").body();
        assertTrue(pool.contains("drained by uid "), pool);
        assertTrue(pool.contains("disabled by uid "), pool);
        assertTrue(pool.contains("\"weight\":7"), pool);
        visit(connected());
        assertEquals(0, first.exitCode());
    }

    @Test
    @Tag("slow")
    void aNewProcessThatIsKilledInTheMiddleChangesNothing() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket one = new Socket(deaf.getInetAddress(), deaf.getLocalPort());
                Socket two = new Socket(deaf.getInetAddress(), deaf.getLocalPort())) {
            assertTrue(one.isConnected() && two.isConnected()); // the queue is full now, and a probe hears nothing
            write(
                    2,
                    "[\"" + backend.name() + "\", \"127.0.0.1:" + deaf.getLocalPort() + "\"]",
                    "{ type: tcp, interval: 60s, timeout: 59s }");
            Program first = startFirst();
            comeOften();
            stayLong();
            for (String signal : List.of("KILL", "TERM")) {
                Program upgrade = command("upgrade", file.toString());
                long pid = successor(upgrade);
                upgrade.out().await("the listeners are open");
                assertEquals(
                        0,
                        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                                .start()
                                .waitFor());
                assertEquals(1, upgrade.exitCode());
                upgrade.err().await("process " + first.pid() + " goes on as before");
            }
            long before = served.get();
            Await.process(() -> served.get() > before + 50 || !faults.isEmpty(), "the old process serves");
            everybodyLeaves();
            assertEquals(1, processes());
            first.signal("TERM");
            assertEquals(0, first.exitCode());
        }
    }

    @Test
    @Tag("slow")
    void refusesWhatIsNoUpgrade() throws Exception {
        write(1);
        Program first = startFirst();
        Files.writeString(file, "routes:\n  www.example.com: nowhere\n  x\n");
        Program faulty = command("upgrade", file.toString());
        assertEquals(1, faulty.exitCode());
        successor(faulty);
        faulty.out().await("usher.yaml:3:");
        faulty.err().await("exit code 78: the configuration has errors; process " + first.pid() + " goes on");
        write(1);
        Path other = Files.copy(file, directory.resolve("other.yaml"));
        Program stranger = command("run", "--take-over", other.toString());
        assertEquals(1, stranger.exitCode());
        stranger.err().await("no running usher found that serves " + other);
        visit(connected());
        assertTrue(first.isAlive());
        first.signal("TERM");
        assertEquals(0, first.exitCode());
        Program nobody = command("run", "--take-over", file.toString());
        assertEquals(1, nobody.exitCode());
    }

    /** As where the machine or the JVM passes no descriptors. */
    @Test
    @Tag("slow")
    void opensSocketsBesideWhereNoneCanBePassed() throws Exception {
        write(1);
        List<String> command = Product.command("run", file.toString());
        command.add(1, "-Dusher.pass_sockets=false");
        Program first = start(command);
        first.err().await("is ready");
        Program upgrade = command("upgrade", file.toString());
        assertEquals(0, upgrade.exitCode(), upgrade::all);
        long pid = successor(upgrade);
        upgrade.out().await("opening others beside");
        upgrade.out().await("tcp_migrate_req");
        assertEquals(0, first.exitCode());
        assertTrue(admin("/api/v1/status").body().contains("\"pid\":" + pid + ","));
        visit(connected());
        visitBySocketFile();
        assertFalse(Pattern.compile("ERROR|WARN.*bug").matcher(first.all()).find(), first::all);
    }
}
