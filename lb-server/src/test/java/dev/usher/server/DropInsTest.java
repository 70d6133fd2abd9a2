package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.DropIns.DropIn;
import dev.usher.server.FileRights.Access;
import dev.usher.server.it.Command;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The drop-ins that {@code usher check} names, beside the unit that they complete. */
class DropInsTest {
    private static final Path DEPLOY = Path.of("..", "deploy");

    /** Of some password. */
    private static final String HASH = "$2y$10$" + "a".repeat(53);

    @TempDir
    private Path directory = Path.of("");

    private Command.Result check(String yaml, String... options) throws IOException {
        Path file = Files.writeString(
                Files.createDirectories(directory.resolve("etc")).resolve("usher.yaml"), yaml);
        List<String> words = new ArrayList<>(List.of("check", file.toString()));
        words.addAll(List.of(options));
        return Commands.here(words.toArray(String[]::new));
    }

    /** The lines below the heading, with single spaces. */
    private List<String> needs(String yaml) throws IOException {
        Command.Result result = check(yaml);
        assertEquals(0, result.exitCode(), result::out);
        return result.out()
                .lines()
                .dropWhile(line -> !line.startsWith("as a service of systemd"))
                .skip(1)
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
    }

    @Test
    void theFileOfThePackageNeedsNone() throws IOException {
        Path packaged = DEPLOY.resolve("dist").resolve("usher.yaml");
        Command.Result result = Commands.here("check", packaged.toString());
        assertEquals(0, result.exitCode(), result::out);
        assertFalse(result.out().contains("systemd"), result::out);
    }

    @Test
    void namesSocketsAndLogsOutsideOfTheUnitsDirectories() throws IOException {
        assertEquals(
                List.of(
                        "other-directories.conf listeners.in.bind: the unit may not write to /srv/app",
                        "other-directories.conf listeners.in.bind: the unit has a /tmp of its own, without /tmp/in.sock",
                        "other-directories.conf logging.access.output: the unit may not write to /var/log"),
                needs("""
                        listeners:
                          in: { bind: ["unix:/run/usher/in.sock", "unix:/srv/app/in.sock", "unix:/tmp/in.sock"] }
                        routes: { a.example: 10.0.0.1:443 }
                        logging: { access: { output: /var/log/usher.json } }
                        """));
    }

    @Test
    void namesSocketsAndFilesThatTheUnitDoesNotSee() throws IOException {
        assertEquals(
                List.of(
                        "backend-sockets.conf pools.a.example.backends: the unit does not see /home/app/tls.sock",
                        "backend-sockets.conf sources.docker.socket: the unit does not see"
                                + " /run/user/1000/podman/podman.sock"),
                needs("""
                        routes: { a.example: "unix:/home/app/tls.sock" }
                        sources: { docker: { socket: /run/user/1000/podman/podman.sock } }
                        """));
    }

    @Test
    void namesAFileThatTheUserMayNotRead() throws IOException {
        open(directory);
        Path users = Files.writeString(
                Files.createDirectory(directory.resolve("elsewhere")).resolve("users"), "a:" + HASH + "\n");
        String yaml = """
                listeners: { in: { type: socks, bind: "127.0.0.1:0", users: "%s" } }
                routes: { a.example: 10.0.0.1:443 }
                """.formatted(users);
        String need = "credentials.conf listeners.in.users: the user usher may not read " + users;
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));
        assertTrue(needs(yaml).contains(need), () -> "not named: " + need);
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r--r--"));
        assertFalse(needs(yaml).contains(need));
    }

    @Test
    void namesPoolsWithTheAddressOfTheClient() throws IOException {
        assertEquals(List.of("transparent.conf pools.a.transparent: the unit has no CAP_NET_RAW"), needs("""
                        routes: { a.example: a }
                        pools: { a: { backends: [10.0.0.1:443], transparent: true } }
                        """));
    }

    @Test
    void namesMoreConnectionsThanTheUnitHasDescriptorsFor() throws IOException {
        String yaml = """
                listeners: { in: { bind: "127.0.0.1:0", max_connections: %1$d } }
                limits: { max_connections: %1$d }
                routes: { a.example: 10.0.0.1:443 }
                """;
        assertEquals(List.of(), needs(yaml.formatted(99_900)));
        assertEquals(
                List.of("more-connections.conf limits.max_connections: may need 200128 file descriptors, and the unit"
                        + " allows 200000"),
                needs(yaml.formatted(100_000)));
    }

    @Test
    void tellsProgramsToo() throws IOException {
        JsonNode json = JsonMapper.shared()
                .readTree(check("routes: { a.example: \"unix:/home/app/tls.sock\" }\n", "--format", "json")
                        .out());
        JsonNode need = json.get("drop_ins").get(0);
        assertEquals("backend-sockets.conf", need.get("drop_in").asString());
        assertTrue(need.get("reason").asString().startsWith("pools.a.example.backends: "));
    }

    // ---- the files of deploy ----

    @Test
    void theUnitIsAsCheckTakesItToBe() throws IOException {
        List<String> unit = Files.readAllLines(DEPLOY.resolve("usher.service"));
        assertTrue(unit.containsAll(List.of(
                "User=" + DropIns.USER,
                "Group=" + DropIns.USER,
                "LimitNOFILE=" + DropIns.DESCRIPTORS,
                "PrivateTmp=yes",
                "ProtectHome=yes",
                "ProtectSystem=strict")));
        List<String> writable = new ArrayList<>();
        unit.forEach(line -> {
            if (line.matches("(Runtime|Logs|State)Directory=.*")) {
                String top = line.startsWith("R") ? "/run/" : line.startsWith("L") ? "/var/log/" : "/var/lib/";
                writable.add(top + line.replaceFirst(".*=", ""));
            }
        });
        assertEquals(
                new TreeSet<>(writable),
                new TreeSet<>(DropIns.WRITABLE.stream().map(Path::toString).toList()));
    }

    @Test
    void everyDropInIsThere() throws IOException {
        try (Stream<Path> files = Files.list(DEPLOY.resolve("systemd"))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            for (DropIn dropIn : DropIn.values()) {
                assertTrue(names.contains(dropIn.file()), dropIn.file());
            }
        }
    }

    // ---- rights of files ----

    @Test
    void aSocketIsForItsOwnerAndItsGroup() throws IOException {
        Path socket = directory.resolve("s");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket));
            FileRights stranger = new FileRights("stranger");
            open(directory);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
            assertTrue(stranger.refuses(socket, Access.WRITE));
            assertFalse(new FileRights(Files.getOwner(socket).getName()).refuses(socket, Access.WRITE));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            assertFalse(stranger.refuses(socket, Access.WRITE));
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            assertTrue(stranger.refuses(socket, Access.WRITE), "the way to the socket is closed");
        }
    }

    private static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void anAbsentFileIsRefusedToNobody() {
        assertFalse(new FileRights("stranger").refuses(directory.resolve("absent"), Access.READ));
    }
}
