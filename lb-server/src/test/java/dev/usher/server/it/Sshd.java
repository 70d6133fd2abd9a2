package dev.usher.server.it;

import dev.usher.server.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A {@code sshd} with a host key of its own, and a key with which the user of the tests may log in. */
final class Sshd implements AutoCloseable {
    private static final Path SEPARATED = Path.of("/run/sshd");

    private final int port = Ports.free();
    private final Path directory = Program.directory("sshd");
    private final Program program;

    Sshd() throws Exception {
        Path hostKey = key("host");
        Path userKey = key("user");
        Path known = directory.resolve("known_hosts");
        Files.writeString(known, "host " + Files.readString(publicKey(hostKey)));
        if ("root".equals(System.getProperty("user.name"))) {
            Files.createDirectories(SEPARATED); // as the package's service does; for root alone
        }
        Path config = directory.resolve("sshd_config");
        Files.writeString(config, """
                ListenAddress 127.0.0.1:%d
                HostKey %s
                AuthorizedKeysFile %s
                PidFile none
                StrictModes no
                UsePAM no
                """.formatted(port, hostKey, publicKey(userKey)));
        this.program = Program.start("sshd", List.of(Program.require("sshd"), "-D", "-e", "-f", config.toString()));
        program.awaitPrinted("Server listening on");
    }

    private Path key(String name) throws Exception {
        Path file = directory.resolve(name);
        Command.run(
                        "",
                        List.of(
                                Program.require("ssh-keygen"),
                                "-q",
                                "-t",
                                "ed25519",
                                "-N",
                                "",
                                "-C",
                                name,
                                "-f",
                                file.toString()))
                .succeeds();
        return file;
    }

    private static Path publicKey(Path key) {
        return key.resolveSibling(key.getFileName() + ".pub");
    }

    String hostPort() {
        return "127.0.0.1:" + port;
    }

    /** Runs {@code command} over {@code ssh} through usher, and accepts no host key but this server's. */
    Command.Result run(Usher usher, String input, String command) throws Exception {
        return Command.run(
                input,
                List.of(
                        Program.require("ssh"),
                        "-F",
                        "none",
                        "-p",
                        Integer.toString(usher.port()),
                        "-i",
                        directory.resolve("user").toString(),
                        "-o",
                        "IdentitiesOnly=yes",
                        "-o",
                        "BatchMode=yes",
                        "-o",
                        "HostKeyAlias=host",
                        "-o",
                        "UserKnownHostsFile=" + directory.resolve("known_hosts"),
                        System.getProperty("user.name") + "@127.0.0.1",
                        command));
    }

    @Override
    public void close() {
        program.close();
    }
}
