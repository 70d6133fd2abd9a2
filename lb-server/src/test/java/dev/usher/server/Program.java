package dev.usher.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A process of a test: what it says, and its end. It is ended with the test. */
final class Program implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Process process;
    private final Output out;
    private final Output err;

    private Program(ProcessBuilder builder) throws IOException {
        process = builder.start();
        process.getOutputStream().close();
        out = new Output(process.getInputStream());
        err = new Output(process.getErrorStream());
    }

    /** The lines of one stream so far. */
    static final class Output {
        /** Guarded by this. */
        private final List<String> lines = new ArrayList<>();
        /** Guarded by this. */
        private boolean ended;

        Output(InputStream from) {
            Thread.ofVirtual().start(() -> read(from));
        }

        private void read(InputStream from) {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                end();
            }
        }

        private synchronized void add(String line) {
            lines.add(line);
            notifyAll();
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }

        /** The first line that is as wanted, once it is there. */
        synchronized String await(String what, Predicate<String> wanted) throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (true) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (ended || left <= 0) {
                    throw new AssertionError("no line with " + what + " in " + lines);
                }
                wait(left);
            }
        }

        String await(String part) throws InterruptedException {
            return await("\"" + part + "\"", line -> line.contains(part));
        }

        /** All of it, once the stream has ended. */
        synchronized List<String> all() throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (!ended) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("the stream does not end; so far " + lines);
                }
                wait(left);
            }
            return List.copyOf(lines);
        }
    }

    /** The jar under test, with the JVM options that the launcher gives it. */
    static Program usher(String... args) throws IOException {
        return start(Map.of(), command(args));
    }

    private static List<String> command(String... args) {
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "@../deploy/jvm.options",
                                "-jar",
                                "target/usher.jar"),
                        Arrays.stream(args))
                .toList();
    }

    /** The same, with a signal that those who run the tests may have told it to ignore, as nohup does. */
    static Program hearing(String signal, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=" + signal));
        command.addAll(command(args));
        return start(Map.of(), command);
    }

    static Program start(Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return new Program(builder);
    }

    Output out() {
        return out;
    }

    Output err() {
        return err;
    }

    long pid() {
        return process.pid();
    }

    /** Sends a signal, as TERM. */
    void signal(String name) throws IOException, InterruptedException {
        int sent = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (sent != 0) {
            throw new AssertionError("kill -" + name + " failed");
        }
    }

    /** Waits for the end. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
            throw new AssertionError("it does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
