package dev.usher.server.it;

import dev.usher.server.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A real PostgreSQL server with a certificate of its own; the server refuses to run as root. */
final class Postgres implements AutoCloseable {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    /** The user of Debian's package. */
    private static final String USER = "postgres";

    private final int port = Ports.free();
    private final Path directory = Program.directory("postgres");
    private final Program program;

    /** @param name that the server calls itself */
    Postgres(String name, Certificates.Leaf leaf) throws Exception {
        Path data = directory.resolve("data");
        Files.copy(leaf.chainFile(), directory.resolve("server.pem"));
        Files.copy(leaf.keyFile(), directory.resolve("server.key"));
        Files.setPosixFilePermissions(directory.resolve("server.key"), PosixFilePermissions.fromString("rw-------"));
        if (isRoot()) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            own(directory);
            own(directory.resolve("server.pem"));
            own(directory.resolve("server.key"));
        }
        Command.run(
                        "",
                        asUser(
                                binary("initdb"),
                                "--pgdata=" + data,
                                "--username=" + USER,
                                "--auth=trust",
                                "--no-sync",
                                "--no-locale",
                                "--encoding=UTF8"))
                .succeeds();
        program = Ports.taken(
                port,
                Program.start(
                        "postgres",
                        asUser(
                                binary("postgres"),
                                "-D",
                                data.toString(),
                                "-p",
                                Integer.toString(port),
                                "-c",
                                "cluster_name=" + name,
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-c",
                                "unix_socket_directories=",
                                "-c",
                                "ssl=on",
                                "-c",
                                "ssl_cert_file=" + directory.resolve("server.pem"),
                                "-c",
                                "ssl_key_file=" + directory.resolve("server.key"),
                                "-c",
                                "fsync=off")));
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void own(Path file) throws IOException {
        Files.setOwner(
                file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
    }

    private static List<String> asUser(String... command) throws Exception {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(
                    List.of(Program.require("setpriv"), "--reuid=" + USER, "--regid=" + USER, "--init-groups", "--"));
        }
        all.addAll(List.of(command));
        return all;
    }

    /** Debian keeps the binaries of each version apart, and out of the path. */
    private static String binary(String name) throws Exception {
        Program.require("psql");
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin").resolve(name))
                    .filter(Files::isExecutable)
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new AssertionError("no " + name + " below " + VERSIONS))
                    .toString();
        }
    }

    String hostPort() {
        return "127.0.0.1:" + port;
    }

    /** Ends the sessions too. */
    @Override
    public void close() throws IOException {
        try {
            program.signal("INT");
            program.exitCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            program.close();
        }
    }
}
