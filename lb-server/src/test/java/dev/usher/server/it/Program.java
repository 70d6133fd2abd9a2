package dev.usher.server.it;

import dev.usher.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that a test has started. What it prints goes to files, and it ends with the test, at the latest. */
final class Program implements AutoCloseable {
    private static final Duration END_PATIENCE = Duration.ofSeconds(5);
    private static final List<String> MORE_PLACES = List.of("/usr/sbin", "/usr/local/sbin", "/sbin");
    private static final AtomicInteger started = new AtomicInteger();

    private final String label;
    private final Process process;
    private final Path out;
    private final Path err;
    /** Ends the process even if this JVM is ended in the middle of a test. */
    private final Thread atExit;

    private Program(String label, Process process, Path out, Path err) {
        this.label = label;
        this.process = process;
        this.out = out;
        this.err = err;
        this.atExit = new Thread(this::kill);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Where tests may leave files; each call gives a directory of its own. */
    static Path directory(String label) {
        try {
            return Files.createDirectories(
                            Path.of("target", "it", label + "-" + started.incrementAndGet() + "-" + System.nanoTime()))
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program's file. Where it is not installed the test is skipped, and fails where {@code CI} is {@code true}. */
    static String require(String name) {
        for (String place : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(place, name))) {
                return Path.of(place, name).toString();
            }
        }
        for (String place : MORE_PLACES) {
            if (Files.isExecutable(Path.of(place, name))) {
                return Path.of(place, name).toString();
            }
        }
        throw Needs.missing(name + " is not installed");
    }

    static Program start(String label, List<String> command) {
        return start(label, command, Map.of());
    }

    /** Starts a program without input. */
    static Program start(String label, List<String> command, Map<String, String> environment) {
        try {
            Path directory = directory(label);
            Path out = directory.resolve("stdout");
            Path err = directory.resolve("stderr");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            return new Program(label, process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Its stdin, which is a pipe that nobody has closed yet. */
    Process process() {
        return process;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String out() {
        return text(out);
    }

    String err() {
        return text(err);
    }

    Path outFile() {
        return out;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first match in what it has printed, once there is one. */
    Matcher awaitPrinted(String regex) throws Exception {
        return awaitPrinted(regex, Await.PATIENCE);
    }

    Matcher awaitPrinted(String regex, Duration patience) throws Exception {
        Pattern pattern = Pattern.compile(regex);
        Await.until(label + " prints " + regex, patience, () -> {
            if (pattern.matcher(all()).find()) {
                return true;
            }
            if (!process.isAlive()) {
                throw new AssertionError(label + " ended with " + process.exitValue() + ": " + all());
            }
            return false;
        });
        Matcher found = pattern.matcher(all());
        if (!found.find()) {
            throw new AssertionError("output does not shrink");
        }
        return found;
    }

    String all() {
        return out() + err();
    }

    /** Waits for its end, and gives its exit code. */
    int exitCode(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(label + " has not ended within " + patience + ": " + all());
        }
        return process.exitValue();
    }

    /** Sends a signal: {@code TERM}, {@code STOP}, {@code CONT}. */
    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new AssertionError(label + " could not be sent SIG" + name);
        }
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyExiting) {
            return;
        }
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                process.waitFor();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
