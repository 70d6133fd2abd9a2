package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways to a port below 1024 that README names, as a user who is not root. Each in a network namespace of its own. */
@Timeout(180)
@Tag("slow")
class PrivilegesIT {
    private static final String NOBODY = "--reuid=65534 --regid=65534 --clear-groups ";

    private Path product = Path.of("");

    @BeforeEach
    void copyToWhereOthersCanRead() throws Exception {
        Needs.that(Needs.isRoot() && namespaces(), "root, unshare and setpriv");
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
        } catch (UncheckedIOException absent) {
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

    private static final int GROUP = 65533;
    private static final String MEMBER = "--reuid=65532 --regid=65532 --groups=" + GROUP;

    /** @param run run directory of usher and of its commands; empty for the usual places */
    private Program as(String user, String run, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("setpriv"));
        command.addAll(List.of(user.split(" ", -1)));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-jar",
                product.resolve("usher.jar").toString()));
        command.addAll(List.of(arguments));
        return Program.start(Map.of("XDG_RUNTIME_DIR", "", "RUNTIME_DIRECTORY", run), command);
    }

    private Program serving(String run) throws Exception {
        Path file = product.resolve("usher.yaml");
        Files.writeString(
                file, Files.readString(file).replace("0.0.0.0:443", "127.0.0.1:0") + "reload: { watch: false }\n");
        Program serving = as("--reuid=65534 --regid=" + GROUP + " --clear-groups", run, "run", file.toString());
        serving.err().await("is ready");
        return serving;
    }

    /** The member of the group has no name. */
    @Test
    void theGroupAsksInARunDirectoryThatItCanEnter() throws Exception {
        Path run = Files.createDirectory(product.resolve("run"));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-x---"));
        Files.setAttribute(run, "unix:uid", 65534);
        Files.setAttribute(run, "unix:gid", GROUP);
        try (Program serving = serving(run.toString())) {
            try (Program status = as(MEMBER, run.toString(), "status")) {
                assertEquals(0, status.exitCode(), status.err().all()::toString);
            }
            Path file = product.resolve("usher.yaml");
            Files.writeString(file, Files.readString(file).replace("www.example.com:", "\"*.example.com\":"));
            try (Program reload = as(MEMBER, run.toString(), "reload")) {
                assertEquals(0, reload.exitCode(), reload.err().all()::toString);
                reload.out().await("applied: generation 2 is in force");
                serving.err().await("reload by uid 65532: applied");
            }
            try (Program upgrade = as(MEMBER, run.toString(), "upgrade")) {
                assertEquals(1, upgrade.exitCode());
                upgrade.err().await("this is for the user that usher runs as, and for root");
            }
            try (Program weight = as(MEMBER, run.toString(), "weight", "*.example.com", "127.0.0.1:1", "3")) {
                assertEquals(1, weight.exitCode());
                weight.err().await("uid 65532 may look, reload, confirm sources, and drain without force");
            }
        }
    }

    @Test
    void theGroupIsToldWhyItMayNotAsk() throws Exception {
        try (Program serving = serving("");
                Program status = as(MEMBER, "", "status", "--pid", Long.toString(serving.pid()))) {
            assertEquals(1, status.exitCode());
            status.err()
                    .await("process " + serving.pid() + " belongs to user nobody: ask as that user, as root, or with"
                            + " --admin URL; its group may ask if its run directory is /run/usher");
        }
    }
}
