package dev.usher.server.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.descriptor.GivenSockets;
import dev.usher.server.Product;
import dev.usher.server.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that systemd opens and hands in. A stand-in in Python plays systemd: a JDK cannot give a child descriptors. */
@Timeout(120)
class SocketActivationIT {
    /**
     * Opens a socket, writes its port into the file, and starts usher with the socket as descriptor 3. Keeps the socket as long
     * as usher and its successors are there: until SIGTERM, which goes on to usher, or a failure of usher.
     */
    private static final String SYSTEMD = """
            import os, signal, socket, sys
            file, program = sys.argv[1], sys.argv[2:]
            if file == "-":
                given = os.open("/dev/null", os.O_RDONLY)
            else:
                listening = socket.socket()
                listening.bind(("127.0.0.1", 0))
                listening.listen(100)
                given = listening.fileno()
                port = str(listening.getsockname()[1])
                text = open(file).read().replace("PORT", port)
                open(file, "w").write(text)
                print("port", port, flush=True)
            usher = os.fork()
            if usher == 0:
                os.dup2(given, 3)
                os.set_inheritable(3, True)  # also where it is the same descriptor
                os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES="https", LISTEN_PID=str(os.getpid()))
                os.execv(program[0], program)
            told = []
            def end(*_):
                told.append("TERM")
                try:
                    os.kill(usher, signal.SIGTERM)
                except ProcessLookupError:
                    os._exit(0)
            signal.signal(signal.SIGTERM, end)
            code = os.waitstatus_to_exitcode(os.waitpid(usher, 0)[1])
            while code == 0 and not told:
                signal.pause()
            sys.exit(code)
            """;

    @TempDir
    private Path directory = Path.of("");

    private final List<Long> successors = new ArrayList<>();

    private Program activated(String file, String config) {
        return Program.start(
                run(),
                List.of(
                        Program.require("python3"),
                        "-c",
                        SYSTEMD,
                        file,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@../deploy/jvm.options",
                        "-jar",
                        "target/usher.jar",
                        "run",
                        config));
    }

    @Test
    void aSocketThatWasHandedInIsServedForLife() throws Exception {
        try (ServerSocket backend = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(backend));
            String with = """
                    listeners:
                      in: { type: tcp, bind: "127.0.0.1:PORT", pool: p }
                      other: { type: tcp, bind: "127.0.0.1:0", pool: p }
                    pools: { p: { backends: ["127.0.0.1:%d"] } }
                    workers: 2
                    admin: none
                    """.formatted(backend.getLocalPort());
            Path file = Files.writeString(directory.resolve("usher.yaml"), with);
            try (Program usher = activated(file.toString(), file.toString())) {
                int port = Integer.parseInt(usher.out().await("port ").substring("port ".length()));
                try (Socket early = new Socket(InetAddress.getLoopbackAddress(), port)) { // usher is not there yet
                    usher.err().await("listener in: tcp on 127.0.0.1:" + port);
                    assertEquals("hi", read(early));
                }
                for (int i = 0; i < 50; i++) {
                    ask(port);
                }

                String again = Files.readString(file);
                Files.writeString(file, again.replaceFirst("(?m)^  in: .*\\n", ""));
                usher.err().await("the service manager keeps 127.0.0.1:" + port + " open");
                usher.err().await("generation 2 is in force");
                try (Socket waiting = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    Files.writeString(file, again);
                    usher.err().await("generation 3 is in force");
                    assertEquals("hi", read(waiting));
                }
                usher.signal("TERM");
                assertEquals(0, usher.exitCode());
            }
        }
    }

    /** The second upgrade passes on a socket without a listener: the service manager would not let a later one be opened. */
    @Test
    @Tag("slow")
    void anUpgradePassesTheSocketsOn() throws Exception {
        try (ServerSocket backend = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(backend));
            Path file = Files.writeString(directory.resolve("usher.yaml"), """
                    listeners:
                      in: { type: tcp, bind: "127.0.0.1:PORT", pool: p }
                      other: { type: tcp, bind: "127.0.0.1:0", pool: p }
                    pools: { p: { backends: ["127.0.0.1:%d"] } }
                    reload: { watch: false }
                    workers: 2
                    admin: none
                    """.formatted(backend.getLocalPort()));
            try (Program usher = activated(file.toString(), file.toString())) {
                int port = Integer.parseInt(usher.out().await("port ").substring("port ".length()));
                usher.err().await("is ready");
                upgrade(file);
                usher.err().await("totals: ");
                for (int i = 0; i < 50; i++) {
                    ask(port);
                }
                String with = Files.readString(file);
                Files.writeString(file, with.replaceFirst("(?m)^  in: .*\\n", ""));
                command("reload", file);
                usher.err().await("the service manager keeps 127.0.0.1:" + port + " open");
                upgrade(file);
                Files.writeString(file, with);
                try (Socket waiting = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    command("reload", file);
                    assertEquals("hi", read(waiting));
                }
            }
        } finally {
            successors.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    private void upgrade(Path file) throws Exception {
        String said = command("upgrade", file);
        Matcher started = Pattern.compile("started process (\\d+)").matcher(said);
        assertTrue(started.find(), said);
        successors.add(Long.parseLong(started.group(1)));
        assertTrue(said.contains("took over "), said);
    }

    private String command(String name, Path file) throws Exception {
        try (Program command = Program.start(run(), Product.command(name, file.toString()))) {
            assertEquals(0, command.exitCode(), command::all);
            return command.all();
        }
    }

    private Map<String, String> run() {
        return Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString());
    }

    private static void ask(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertEquals("hi", read(client));
        }
    }

    private static String read(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static void answer(ServerSocket backend) {
        while (true) {
            try (Socket session = backend.accept()) {
                session.getOutputStream().write(new byte[] {'h', 'i'});
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Test
    void aDescriptorThatIsNoListeningSocketEndsTheStart() throws Exception {
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { in: { type: tcp, bind: "127.0.0.1:0", pool: "127.0.0.1:1" } }
                admin: none
                """);
        try (Program usher = activated("-", file.toString())) {
            assertEquals(1, usher.exitCode());
            usher.err().await("descriptor 3 (https) is no listening TCP socket");
        }
    }

    @Test
    void socketsOfAnotherProcessAreLeftAlone() throws Exception {
        assertSame(GivenSockets.NONE, HandedSockets.of(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "1")::get));
        assertSame(GivenSockets.NONE, HandedSockets.of(Map.of("LISTEN_FDS", "1")::get));
    }

    @Test
    void moreSocketsThanTheLauncherLeavesAreRefused() {
        String own = "" + ProcessHandle.current().pid();
        for (String count : List.of("6", "-1", "many")) {
            assertThrows(
                    IOException.class,
                    () -> HandedSockets.of(Map.of("LISTEN_FDS", count, "LISTEN_PID", own)::get),
                    count);
        }
    }
}
