package dev.usher.server.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.admin.Control;
import dev.usher.admin.http.Caller;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.Program;
import dev.usher.config.AdminConfig.Role;
import dev.usher.diff.ConfigDiff;
import dev.usher.relay.SessionLog;
import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ControlSocketTest {
    private static final String BACKEND = "/api/v1/pools/web/backends/127.0.0.1:1";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Connects forty times, reads each greeting, and says how many came. */
    private static final String SILENT = """
            import socket, sys, time
            all = []
            for _ in range(40):
                s = socket.socket(socket.AF_UNIX)
                s.settimeout(20)
                s.connect(sys.argv[1])
                all.append((s, s.recv(4096)))
            print(sum(1 for _, said in all if said), "served", flush=True)
            time.sleep(60)
            """;

    private static final long PID = ProcessHandle.current().pid();

    @TempDir
    private Path directory = Path.of("");

    private final Handover handover = new Handover();
    private final List<String> letGo = new ArrayList<>();
    private Path path = Path.of("");
    private @Nullable LoadBalancer balancer;
    private @Nullable ControlSocket socket;
    private @Nullable Control control;

    /** Without an admin side, and with HTTP's read_only as it is by default. */
    @BeforeEach
    void open() throws IOException {
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { in: { bind: "127.0.0.1:0" } }
                routes: { www.example.com: web }
                pools: { web: { backends: ["127.0.0.1:1", "127.0.0.1:2"], health_check: none } }
                admin: { bind: none }
                """);
        ConfigResult.Valid valid = (ConfigResult.Valid) ConfigFile.read(file);
        LoadBalancer started = LoadBalancer.start(valid.config(), Environment.of(SessionLog.NONE, Integer.MAX_VALUE));
        balancer = started;
        Control made =
                Control.of(new AdminSubject(started, new Source(file), new Program("0", "", Instant.now())), null);
        control = made;
        path = directory.resolve(PID + ".sock");
        handover.by(letGo::add);
        socket = ControlSocket.open(path, "0", made, List.of(handover), started.background());
    }

    @AfterEach
    void close() {
        if (socket != null) {
            socket.close();
        }
        if (balancer != null) {
            balancer.close();
        }
    }

    private record Source(Path file) implements ConfigSource {
        @Override
        public OnDisk onDisk() {
            return OnDisk.SAME;
        }

        @Override
        public ConfigSource.Files files() {
            return new ConfigSource.Files(OnDisk.SAME, List.of(), ConfigDiff.NONE, List.of(), List.of());
        }

        @Override
        public ConfigSource.Files read() {
            return files();
        }

        @Override
        public String effective() {
            return "";
        }

        @Override
        public Reload reload(String who) {
            return new Reload(
                    1,
                    Instant.now(),
                    Reload.Trigger.API,
                    who,
                    Reload.Result.UNCHANGED,
                    1,
                    ConfigDiff.NONE,
                    0,
                    List.of(),
                    List.of(),
                    1);
        }

        @Override
        public ReloadStatus status() {
            return new ReloadStatus(1, Instant.now(), 0, 0, 0, List.of(), List.of());
        }
    }

    private UserPrincipal self() throws IOException {
        return Files.getOwner(path);
    }

    private ControlClient client() throws IOException {
        return ControlClient.open(path, PID, self());
    }

    private static String text(Control.Reply reply) {
        return reply.status() + " " + reply.body();
    }

    private String ask(String method, String target, @Nullable String body) throws IOException {
        try (ControlClient client = client()) {
            return text(client.ask(method, target, body, PATIENCE));
        }
    }

    // ---- what is answered ----

    @Test
    void answersTheApiWithoutAnAdminSide() throws Exception {
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        assertTrue(ask("GET", "/api/v1/status", null).startsWith("200 {\"version\":\"0\""));
        assertTrue(ask("GET", "/api/v1/explain?name=www.example.com&client=10.0.0.1", null)
                .contains("\"pool\":\"web\""));
        assertTrue(ask("GET", "/readyz", null).startsWith("200 "));
        assertTrue(ask("GET", "/api/v1/nothing", null).startsWith("404 "));
        assertTrue(ask("GET", "/api/v1/stream", null).startsWith("404 "));
        assertTrue(ask("POST", "/api/v1/reload", null).contains("\"who\":\"uid "));
        try (ControlClient client = client()) { // several on one connection
            assertEquals(200, client.ask("GET", BACKEND, null, PATIENCE).status());
            assertEquals(
                    200,
                    client.ask("PATCH", BACKEND, "{\"weight\": 3}", PATIENCE).status());
            assertTrue(text(client.ask("GET", BACKEND, null, PATIENCE)).contains("\"weight\":3"));
        }
        assertTrue(
                Objects.requireNonNull(balancer).looks().events().stream()
                        .anyMatch(event -> event.text().matches(".*weight.* by uid \\d+.*")),
                "the act is an event with its user");
    }

    /** The kernel would let the group's connect; which rights it has is decided above the socket. */
    @Test
    void onlyTheOwnerAndRootMayAll() throws Exception {
        Users users = new Users(path);
        var principals = path.getFileSystem().getUserPrincipalLookupService();
        assertEquals(Role.ADMIN, users.role(self()));
        assertEquals(Role.ADMIN, users.role(principals.lookupPrincipalByName("root")));
        assertEquals(Role.OPERATOR, users.role(principals.lookupPrincipalByName("daemon")));
    }

    @Test
    void theGroupMayLookReloadAndDrainAndNoMore() {
        Caller group = Caller.local(Role.OPERATOR, "uid 1000 (anna)");
        record Asked(String method, String target, String body, int status) {}
        for (Asked asked : List.of(
                new Asked("GET", "/api/v1/config", "", 200),
                new Asked("POST", "/api/v1/reload", "", 200),
                new Asked("PATCH", BACKEND, "{\"admin_state\": \"drain\"}", 200),
                new Asked("PATCH", BACKEND, "{\"admin_state\": \"ready\"}", 200),
                new Asked("PATCH", BACKEND, "{\"admin_state\": \"drain\", \"force\": true}", 403),
                new Asked("PATCH", BACKEND, "{}", 403),
                new Asked("PATCH", BACKEND + "9", "{\"admin_state\": \"drain\"}", 404),
                new Asked("PATCH", BACKEND, "{\"admin_state\": \"disabled\"}", 403),
                new Asked("PATCH", BACKEND, "{\"admin_state\": \"drain\", \"close_after_seconds\": 0}", 403),
                new Asked("PATCH", BACKEND, "{\"weight\": 2}", 403),
                new Asked("PATCH", BACKEND, "not JSON", 400),
                new Asked("DELETE", BACKEND + "/connections", "", 403))) {
            Control.Reply reply = Objects.requireNonNull(control)
                    .answer(group, asked.method(), asked.target(), asked.body().getBytes(StandardCharsets.UTF_8));
            assertEquals(asked.status(), reply.status(), () -> asked + ": " + text(reply));
        }
    }

    @Test
    void theGroupDoesNotUndoWhatTheOwnerHasDisabled() throws Exception {
        assertTrue(ask("PATCH", BACKEND, "{\"admin_state\": \"disabled\"}").startsWith("200 "));
        Caller group = Caller.local(Role.OPERATOR, "uid 1000 (anna)");
        for (String state : List.of("ready", "drain")) {
            byte[] body = ("{\"admin_state\": \"" + state + "\"}").getBytes(StandardCharsets.UTF_8);
            Control.Reply reply = Objects.requireNonNull(control).answer(group, "PATCH", BACKEND, body);
            assertEquals(403, reply.status(), reply::body);
            assertTrue(reply.body().contains("127.0.0.1:1 is disabled"), reply::body);
        }
        assertTrue(ask("GET", BACKEND, null).contains("\"admin_state\":\"disabled\""));
        assertTrue(ask("PATCH", BACKEND, "{\"admin_state\": \"ready\"}").startsWith("200 "));
    }

    /** The group's clients say nothing, and there are more of them than places in all. */
    @Test
    void theGroupDoesNotLockTheOwnerOut() throws Exception {
        Needs.root(); // to become another user
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        Process group = new ProcessBuilder(
                        "setpriv",
                        "--reuid",
                        "65534",
                        "--clear-groups",
                        "/usr/bin/python3",
                        "-c",
                        SILENT,
                        path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals("24 served", group.inputReader().readLine());
            assertTrue(ask("GET", "/readyz", null).startsWith("200 "));
        } finally {
            group.destroyForcibly().waitFor();
        }
    }

    @Test
    void aThreadThatAcceptsNoMoreIsNoticed() {
        assertTrue(Objects.requireNonNull(balancer).background().names().contains("control socket"));
    }

    @Test
    void theLastBackendIsAskedForTwice() throws Exception {
        String second = "/api/v1/pools/web/backends/127.0.0.1:2";
        String disable = "{\"admin_state\": \"disabled\"}";
        assertTrue(ask("PATCH", BACKEND, disable).startsWith("200 "));
        String refused = ask("PATCH", second, disable);
        assertTrue(refused.startsWith("409 "), refused);
        assertTrue(refused.contains("clients of www.example.com get a TLS alert"), refused);
        assertTrue(ask("PATCH", second, "{\"admin_state\": \"disabled\", \"weight\": 7}")
                .startsWith("409 "));
        assertTrue(ask("GET", second, null).contains("\"weight\":1,"), "nothing was changed");
        assertTrue(ask("PATCH", BACKEND, "{\"admin_state\": \"drain\"}").startsWith("200 "), "it serves no more");
        assertTrue(ask("PATCH", second, "{\"admin_state\": \"disabled\", \"force\": true}")
                .startsWith("200 "));
    }

    // ---- what is not ----

    @Test
    void takesNoAnswerFromAnother() throws Exception {
        UserPrincipal other =
                path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("54321");
        assertThrows(
                IOException.class, () -> ControlClient.open(path, PID, other).close());
        UserPrincipal self = self();
        assertThrows(
                IOException.class, () -> ControlClient.open(path, PID + 1, self).close());
    }

    @Test
    void endsWithWhoeverDoesNotSpeakIt() throws Exception {
        for (String said : List.of("GET / HTTP/1.1\r\n\r\n", "{}\n", "null\n", "[1]\n", "x".repeat(200_000))) {
            try (SocketChannel channel = raw()) {
                channel.write(ByteBuffer.wrap(said.getBytes(StandardCharsets.UTF_8)));
                assertTrue(endsWithin(channel), said);
            }
        }
        assertTrue(ask("GET", "/readyz", null).startsWith("200 "));
    }

    /** Those who say nothing have places for their time, and nobody more than all of them. */
    @Tag("slow")
    @Test
    void whoeverSaysNothingIsLetGo() throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                silent.add(raw());
            }
            for (SocketChannel each : silent.subList(0, 32)) {
                assertTrue(endsWithin(each));
            }
            Await.until(() -> answersNow(), "there is room again");
        } finally {
            for (SocketChannel each : silent) {
                each.close();
            }
        }
    }

    private boolean answersNow() {
        try {
            return ask("GET", "/readyz", null).startsWith("200 ");
        } catch (IOException busy) {
            return false;
        }
    }

    private SocketChannel raw() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(path));
        return channel;
    }

    private static boolean endsWithin(SocketChannel channel) {
        try (ChannelDeadline deadline = ChannelDeadline.of(channel, Duration.ofSeconds(30))) {
            try {
                ByteBuffer buffer = ByteBuffer.allocate(4096);
                while (channel.read(buffer.clear()) >= 0) {
                    // its hello
                }
            } catch (IOException reset) {
                return !deadline.passed();
            }
            return !deadline.passed();
        }
    }

    @Test
    void aSocketThatWasLeftBehindIsReplaced() throws Exception {
        Objects.requireNonNull(socket).close();
        assertFalse(Files.exists(path));
        Files.writeString(path, "left behind");
        socket = ControlSocket.open(
                path,
                "0",
                Objects.requireNonNull(control),
                List.of(handover),
                Objects.requireNonNull(balancer).background());
        assertTrue(ask("GET", "/readyz", null).startsWith("200 "));
    }

    // ---- the handover ----

    @Test
    @SuppressWarnings("try") // the process that gives its place away waits for this very close
    void keepsItsPlaceUntilItWasToldToEndAndItsDelayIsOver() throws Exception {
        try (ControlClient early = client()) {
            assertTrue(text(early.askForHandover(Handover.PATIENCE)).startsWith("409 "));
        }
        handover.begin();
        try (ControlClient successor = client()) {
            CompletableFuture<Control.Reply> given = asked(successor);
            Await.until(() -> handover.successors() == 1, "the successor waits");
            assertFalse(given.isDone());
            assertEquals(List.of(), letGo);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(this::give, ControlSocketTest::begin);
            assertEquals(200, given.get(20, TimeUnit.SECONDS).status());
            assertEquals(1, letGo.size());
            assertFalse(closed.isDone(), "it listens until its successor does");
            successor.close();
            closed.get(20, TimeUnit.SECONDS);
        }
        try (ControlClient late = client()) {
            assertEquals(200, late.askForHandover(Handover.PATIENCE).status());
        }
    }

    /** One that hangs after it has asked keeps nobody up for long. */
    @Tag("slow")
    @Test
    void doesNotWaitForEverForASuccessorToListen() throws Exception {
        handover.begin();
        try (ControlClient successor = client()) {
            CompletableFuture<Control.Reply> given = asked(successor);
            Await.until(() -> handover.successors() == 1, "the successor waits");
            CompletableFuture.runAsync(this::give, ControlSocketTest::begin).get(30, TimeUnit.SECONDS);
            assertEquals(200, given.get(20, TimeUnit.SECONDS).status());
        }
    }

    @Test
    void keepsItsPlaceWhereTheOneThatWaitedForItHasGone() throws Exception {
        handover.begin();
        CompletableFuture<Control.Reply> given;
        try (ControlClient successor = client()) {
            given = asked(successor);
            Await.until(() -> handover.successors() == 1, "the successor waits");
        }
        // The socket itself is closed once the thread that reads from it has noticed.
        assertThrows(ExecutionException.class, () -> given.get(20, TimeUnit.SECONDS));
        handover.give();
        assertEquals(List.of(), letGo);
        assertEquals(0, handover.successors());
    }

    private static CompletableFuture<Control.Reply> asked(ControlClient successor) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return successor.askForHandover(Handover.PATIENCE);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                ControlSocketTest::begin);
    }

    private static void begin(Runnable task) {
        Thread.ofVirtual().start(task);
    }

    private void give() {
        try {
            handover.give();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
