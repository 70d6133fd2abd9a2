package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways to a port below 1024 that README names, as a user who is not root. Each in a network namespace of its own. */
@Timeout(180)
class PrivilegesIT {
    private static final String NOBODY = "--reuid=65534 --regid=65534 --clear-groups ";

    private Path product = Path.of("");

    @BeforeEach
    void copyToWhereOthersCanRead() throws Exception {
        if (!"0".equals(String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) || !namespaces()) {
            System.err.println("SKIPPED: privileges are not tested, they want root, unshare and setpriv");
            Assumptions.abort("not root, or no network namespaces");
        }
        product = Files.createTempDirectory("usher-privileges");
        copy(Path.of("target/usher.jar"), product.resolve("usher.jar"));
        Path lib = Files.createDirectory(product.resolve("lib"));
        try (Stream<Path> jars = Files.list(Path.of("target/lib"))) {
            for (Path jar : jars.toList()) {
                copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        Path file = Files.writeString(product.resolve("usher.yaml"), """
                listeners: { in: { bind: "0.0.0.0:443" } }
                routes: { www.example.com: 127.0.0.1:1 }
                admin: { bind: none }
                """);
        for (Path directory : List.of(product, lib)) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static boolean namespaces() throws Exception {
        try (Program unshare = Program.start(Map.of(), List.of("unshare", "--net", "setpriv", "--version"))) {
            return unshare.exitCode() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterEach
    void remove() throws IOException {
        if (!product.toString().isEmpty()) {
            try (Stream<Path> files = Files.walk(product)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    /** @param before what the shell does in the namespace */
    private Program run(String before, String privileges) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare", "--net", "sh", "-c"));
        command.add(before + "exec setpriv " + NOBODY + privileges
                + " \"$0\" -XX:+UseSerialGC -jar \"$1/usher.jar\" run \"$1/usher.yaml\"");
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(product.toString());
        return Program.start(Map.of("XDG_RUNTIME_DIR", ""), command);
    }

    private static void serves(Program run) throws Exception {
        run.err().await("is ready");
        run.signal("TERM");
        assertEquals(0, run.exitCode());
    }

    @Test
    void anAmbientCapabilityIsEnough() throws Exception {
        try (Program run = run("", "--inh-caps=+net_bind_service --ambient-caps=+net_bind_service")) {
            serves(run);
        }
    }

    @Test
    void aLowerFirstUnprivilegedPortIsEnough() throws Exception {
        try (Program run = run("echo 443 >/proc/sys/net/ipv4/ip_unprivileged_port_start && ", "")) {
            serves(run);
        }
    }

    @Test
    void withoutEitherItSaysWhatToDo() throws Exception {
        try (Program run = run("", "")) {
            assertEquals(1, run.exitCode());
            run.err().await("sysctl net.ipv4.ip_unprivileged_port_start=443");
        }
    }
}
