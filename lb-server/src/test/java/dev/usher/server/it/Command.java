package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client program that runs to its end, within a time. */
public final class Command {
    /** Bounds every client: a body of 200 MB is through in a few seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private Command() {}

    /** What a program left. */
    public record Result(int exitCode, String out, String err) {
        public Result succeeds() {
            assertEquals(0, exitCode, this::toString);
            return this;
        }

        public String all() {
            return out + err;
        }
    }

    /** Runs a program with this for its stdin. */
    static Result run(String input, List<String> command) throws Exception {
        try (Program program = Program.start(name(command), command)) {
            try (OutputStream stdin = program.process().getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException endedAlready) {
                // It did not want to know: what it printed says why.
            }
            int exitCode = program.exitCode(PATIENCE);
            return new Result(exitCode, program.out().text(), program.err().text());
        }
    }

    private static String name(List<String> command) {
        String file = command.getFirst();
        return file.substring(file.lastIndexOf('/') + 1);
    }

    /** {@code curl} that trusts our authority, and finds {@code domain} where usher is. */
    static Result curl(Usher usher, Certificates certificates, String domain, String... options) throws Exception {
        return curl(usher.port(), certificates, domain, options);
    }

    /** {@code curl} that trusts our authority, and finds {@code domain} at a port of this machine. */
    static Result curl(int port, Certificates certificates, String domain, String... options) throws Exception {
        return curl(
                List.of(
                        "--fail",
                        "--noproxy",
                        "*",
                        "--cacert",
                        certificates.authorityFile().toString(),
                        "--resolve",
                        domain + ":" + port + ":127.0.0.1"),
                options);
    }

    /** {@code curl} without a proxy. */
    static Result curl(String... options) throws Exception {
        return curl(List.of("--noproxy", "*"), options);
    }

    /** {@code curl} that trusts our authority, and asks the proxy that the options name. */
    static Result curlThrough(Certificates certificates, List<String> options) throws Exception {
        return curl(List.of("--cacert", certificates.authorityFile().toString()), options.toArray(String[]::new));
    }

    private static Result curl(List<String> first, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(Program.require("curl"), "--silent", "--show-error", "--max-time", "30"));
        command.addAll(first);
        command.addAll(List.of(options));
        return run("", command);
    }

    /** {@code openssl s_client} to usher, which sends {@code input} and stays until the other end closes. */
    static Result opensslClient(Usher usher, String input, String... options) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Program.require("openssl"), "s_client", "-connect", "127.0.0.1:" + usher.port(), "-ign_eof"));
        command.addAll(List.of(options));
        return run(input, command);
    }
}
