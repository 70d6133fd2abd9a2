package dev.usher.server.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One training: a usher of its own, in a process of its own whose JVM records, is kept busy for some seconds, and ends.
 * As it ends its JVM writes the AOT cache: classes loaded and linked, and the profiles of methods, with which the next
 * start compiles at once what this one had to find out (JEP 483, JEP 515).
 */
public final class Training {
    private static final Pattern LISTENING = Pattern.compile(" on 127\\.0\\.0\\.1:(\\d+)");
    /** Loading, linking and storing some thousand classes, on a slow disk. */
    private static final Duration STORING = Duration.ofMinutes(2);

    private final Path cache;

    /** @param cache the file to write */
    public Training(Path cache) {
        this.cache = cache;
    }

    /**
     * Trains, and waits for the cache.
     *
     * @throws IOException if it came to nothing; the message says at what
     */
    public void run() throws IOException, InterruptedException, GeneralSecurityException {
        Path directory = Files.createTempDirectory("usher-training");
        Path config = directory.resolve("usher.yaml");
        Path accessLog = directory.resolve("access.log");
        try (TrainingBackend one = new TrainingBackend();
                TrainingBackend two = new TrainingBackend()) {
            Files.writeString(config, config(one.port(), two.port(), accessLog));
            train(config);
        } finally {
            Files.deleteIfExists(config);
            Files.deleteIfExists(accessLog);
            Files.delete(directory);
        }
    }

    /** What most have: a few names, two backends each, probes, an access log. */
    private static String config(int one, int two, Path accessLog) {
        return """
                listeners: { https: { bind: "127.0.0.1:0" } }
                routes: { a.example: pool, "*.b.example": pool }
                pools: { pool: { backends: ["127.0.0.1:%d", "127.0.0.1:%d"] } }
                admin: { bind: none }
                logging: { access: { output: "%s" } }
                """.formatted(one, two, accessLog);
    }

    private void train(Path config) throws IOException, InterruptedException, GeneralSecurityException {
        Process usher =
                new ProcessBuilder(command(config)).redirectErrorStream(true).start();
        try (BufferedReader said = usher.inputReader(StandardCharsets.UTF_8)) {
            work(new TrainingClients(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(said))));
            usher.toHandle().destroy(); // not its own method, which closes what it says as well
            said.transferTo(java.io.Writer.nullWriter());
            if (!usher.waitFor(STORING.toSeconds(), TimeUnit.SECONDS) || !Files.exists(cache)) {
                throw new IOException("the JVM wrote no cache");
            }
        } finally {
            usher.destroyForcibly();
        }
    }

    /** This JVM's own options, so that the cache fits the JVMs that will read it. */
    private List<String> command(Path config) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-XX:AOTCacheOutput=" + cache.toAbsolutePath());
        command.addAll(List.of("-jar", System.getProperty("java.class.path"), "run", config.toString()));
        return command;
    }

    /** Waits for the line of the listener. */
    private static int port(BufferedReader said) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
            all.append(line).append(System.lineSeparator());
        }
        throw new IOException("usher did not start: " + all);
    }

    /** Most of the time goes to what costs most: connections. */
    private static void work(TrainingClients clients)
            throws IOException, InterruptedException, GeneralSecurityException {
        long done = clients.connections("a.example", Duration.ofSeconds(4));
        clients.exchanges("x.b.example", 200, 512, Duration.ofSeconds(1));
        clients.exchanges("x.b.example", 16, TrainingBackend.MAX_BYTES, Duration.ofMillis(700));
        clients.exchanges("x.b.example", TrainingBackend.MAX_BYTES, 16, Duration.ofMillis(700));
        clients.refusals("unknown.example", Duration.ofMillis(300));
        done += clients.connections("x.b.example", Duration.ofSeconds(1));
        if (done == 0) {
            throw new IOException("not one connection went through it");
        }
    }
}
