package dev.usher.server.it;

import dev.usher.epoll.Rings;
import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Needs;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The built product, run as its users run it: a process, a file, an access log. */
final class Usher implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);
    /** With {@code -Dusher.transport=epoll+ring}, tests that name no transport run on that one. */
    private static final String TRANSPORT = System.getProperty("usher.transport", "");

    private static final String RING = "epoll+ring";

    private final Program program;
    private final InetSocketAddress address;
    private final AccessLines log;

    private Usher(Program program, InetSocketAddress address, AccessLines log) {
        this.program = program;
        this.address = address;
        this.log = log;
    }

    /**
     * Runs a configuration, with one listener on a free port of 127.0.0.1 and without admin. Routes, pools and the rest
     * come from the test.
     *
     * @param listener more settings of the listener, as {@code type: tcp, pool: web}
     */
    static Usher run(String listener, String yaml) throws Exception {
        return run(listener, yaml, 0);
    }

    /** As {@link #run(String, String)}, with at most so many descriptors; 0 is no limit. */
    static Usher run(String listener, String yaml, int descriptors) throws Exception {
        return run(listener, yaml, "none", descriptors);
    }

    /** As {@link #run(String, String)}, with an admin side on a free port of 127.0.0.1. */
    static Usher withAdmin(String yaml) throws Exception {
        return withAdmin("", yaml);
    }

    /** @param admin more of its settings, as {@code read_only: false} */
    static Usher withAdmin(String admin, String yaml) throws Exception {
        return run("", yaml, "{ bind: \"127.0.0.1:0\"%s }".formatted(admin.isEmpty() ? "" : ", " + admin), 0);
    }

    /**
     * As {@link #run(String, String)}, with a second listener, {@code web} of type http, at {@link #httpPort}: its clients
     * are sent to the first.
     *
     * @param http more of its {@code http} settings, as {@code redirect: 307}
     */
    static Usher withPort80(String http, String yaml) throws Exception {
        int port = Ports.free();
        String listeners = """
                  test: { bind: "127.0.0.1:%1$d" }
                  web: { type: http, bind: "127.0.0.1:0", http: { https_port: %1$d%2$s } }
                """.formatted(port, http.isEmpty() ? "" : ", " + http);
        return start(listeners, yaml, "none", 0);
    }

    /**
     * Runs a configuration as users have it, with a listener {@code https} on a free port. The test adds an admin side and
     * an access log.
     */
    static Usher whole(String yaml) throws Exception {
        return start("https", yaml + "admin: { bind: \"127.0.0.1:0\" }\n", 0);
    }

    private static Usher run(String listener, String yaml, String admin, int descriptors) throws Exception {
        String listeners = "  test: { bind: \"127.0.0.1:0\"%s }\n".formatted(listener.isEmpty() ? "" : ", " + listener);
        return start(listeners, yaml, admin, descriptors);
    }

    private static Usher start(String listeners, String yaml, String admin, int descriptors) throws Exception {
        return start("test", "listeners:\n%sadmin: %s\n".formatted(listeners, admin) + yaml, descriptors);
    }

    /** @param listener that the {@link #port} is of */
    private static Usher start(String listener, String yaml, int descriptors) throws Exception {
        Path access = Program.directory("log").resolve("access.log");
        String logging = "logging: { access: { output: %s } }\n".formatted(access);
        return launch(listener, access, logging + yaml, limit(descriptors), Map.of());
    }

    /**
     * Runs a configuration with an admin side, in surroundings of the test's choice. Every connection has a line of log, also
     * one without a byte.
     *
     * @param wrapper a command that becomes the command behind it; empty for none
     * @param access the file of the access log
     */
    static Usher within(List<String> wrapper, Map<String, String> environment, Path access, String yaml)
            throws Exception {
        return within("127.0.0.1", wrapper, environment, access, yaml);
    }

    /** @param address where the listener is, on a free port */
    static Usher within(String address, List<String> wrapper, Map<String, String> environment, Path access, String yaml)
            throws Exception {
        String first = """
                listeners: { test: { bind: "%s:0" } }
                admin: { bind: "127.0.0.1:0" }
                logging: { access: { output: %s, empty: true } }
                """.formatted(address, access);
        return launch("test", access, first + yaml, wrapper, environment);
    }

    private static Usher launch(
            String listener, Path access, String yaml, List<String> wrapper, Map<String, String> environment)
            throws Exception {
        String whole = TRANSPORT.isEmpty() ? yaml : "transport: %s\n".formatted(TRANSPORT) + yaml;
        boolean ring = whole.contains(RING);
        Needs.that(!ring || Rings.REFUSAL.isEmpty(), "io_uring: " + Rings.REFUSAL);
        Path file = Files.writeString(Program.directory("usher").resolve("usher.yaml"), whole);
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(Product.command("run", file.toString()));
        Program program = Program.start("usher", command, environment);
        try {
            Matcher bound = awaitListener(program, listener);
            awaitStart(program, "usher \\S+ is ready" + (ring ? ": .* on " + Pattern.quote(RING) : ""));
            return new Usher(program, address(bound.group(1), bound.group(2)), new AccessLines(access));
        } catch (Exception | AssertionError e) {
            program.close();
            throw e;
        }
    }

    /** {@code usher forward}, from a free port. */
    static Usher forward(String target) throws Exception {
        Program program =
                Program.start("forward", Product.command("forward", "--access-log", ":" + Ports.free(), target));
        try {
            Matcher port = awaitStart(program, "usher: forwarding \\S+:(\\d+)");
            return new Usher(
                    program,
                    address("127.0.0.1", port.group(1)),
                    new AccessLines(program.out().file()));
        } catch (Exception | AssertionError e) {
            program.close();
            throw e;
        }
    }

    /** Where clients without TLS come in. */
    int httpPort() throws Exception {
        return port("web");
    }

    /** Where a listener is. */
    int port(String listener) throws Exception {
        return Integer.parseInt(awaitListener(program, listener).group(2));
    }

    private static Matcher awaitListener(Program program, String name) throws Exception {
        return awaitStart(program, "listener " + name + ": \\w+ on ([\\d.]+):(\\d+)");
    }

    private static List<String> limit(int descriptors) {
        return descriptors == 0 ? List.of() : List.of("sh", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "sh");
    }

    private static Matcher awaitStart(Program program, String regex) throws Exception {
        return program.awaitPrinted(regex, START_PATIENCE);
    }

    private static InetSocketAddress address(String host, String port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port));
    }

    InetSocketAddress address() {
        return address;
    }

    /** Where its admin side is. */
    URI admin() throws Exception {
        return URI.create(program.awaitPrinted("dashboard: (http\\S+)").group(1));
    }

    int port() {
        return address.getPort();
    }

    AccessLines log() {
        return log;
    }

    Program program() {
        return program;
    }

    ProcessFacts facts() {
        return new ProcessFacts(program.pid());
    }

    /** Asks for its end by SIGTERM, waits, and gives the exit code. */
    int stop(Duration patience) throws Exception {
        program.signal("TERM");
        return program.exitCode(patience);
    }

    @Override
    public void close() {
        program.process().destroyForcibly(); // what a drain does is a test of its own
        program.close();
    }
}
