package dev.usher.server;

import dev.usher.testing.Await;
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
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process of a test. The output goes to files, and the process ends with the test, at the latest. */
public final class Program implements AutoCloseable {
    /** A JVM on a busy machine may take long to start and to end. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration END_PATIENCE = Duration.ofSeconds(5);
    private static final List<String> MORE_PLACES = List.of("/usr/sbin", "/usr/local/sbin", "/sbin");
    private static final AtomicInteger started = new AtomicInteger();

    private final String label;
    private final Process process;
    private final Output out;
    private final Output err;
    /** Ends the process even if this JVM is ended in the middle of a test. */
    private final Thread atExit;

    private Program(String label, Process process, Path out, Path err) {
        this.label = label;
        this.process = process;
        this.out = new Output(out);
        this.err = new Output(err);
        this.atExit = new Thread(this::kill);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** The output on one stream so far. */
    public final class Output {
        private final Path file;

        private Output(Path file) {
            this.file = file;
        }

        public Path file() {
            return file;
        }

        public String text() {
            try {
                return Files.readString(file, StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The first line with this part, once printed. */
        public String await(String part) {
            return await("\"" + part + "\"", line -> line.contains(part));
        }

        /** The first wanted line, once printed. */
        public String await(String what, Predicate<String> wanted) {
            Await.process(() -> lines().anyMatch(wanted) || !process.isAlive(), label + " prints " + what, PATIENCE);
            return lines().filter(wanted)
                    .findFirst()
                    .orElseThrow(
                            () -> new AssertionError(label + " ended without " + what + ": " + Program.this.all()));
        }

        /** Every line, once the process has ended. */
        public List<String> all() throws InterruptedException {
            exitCode();
            return lines().toList();
        }

        @Override
        public String toString() {
            return text();
        }

        /** Complete lines, and after the end of the process the rest as well. */
        private Stream<String> lines() {
            boolean ended = !process.isAlive();
            String text = new String(text().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            return (ended ? text : text.substring(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1))
                    .lines();
        }
    }

    /** A directory of its own for the files of a test. */
    public static Path directory(String label) {
        try {
            return Files.createDirectories(
                            Path.of("target", "it", label + "-" + started.incrementAndGet() + "-" + System.nanoTime()))
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program's file. Where it is not installed the test is skipped, and fails where {@code CI} is {@code true}. */
    public static String require(String name) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)), MORE_PLACES.stream())
                .map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> Needs.missing(name + " is not installed"));
    }

    /** The jar under test, with the launcher's JVM options. */
    public static Program usher(String... args) {
        return start(Map.of(), Product.command(args));
    }

    /** Starts a program whose input has ended. */
    public static Program start(Map<String, String> environment, List<String> command) {
        Program program = start(Path.of(command.getFirst()).getFileName().toString(), command, environment);
        try {
            program.process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return program;
    }

    public static Program start(String label, List<String> command) {
        return start(label, command, Map.of());
    }

    public static Program start(String label, List<String> command, Map<String, String> environment) {
        Path directory = directory(label);
        Path out = directory.resolve("stdout");
        Path err = directory.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(heard(command)).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        try {
            return new Program(label, builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command, with signals that the parent of the tests may ignore: nohup one, and a job in the background of a script another. */
    private static List<String> heard(List<String> command) {
        return Stream.concat(Stream.of("env", "--default-signal=HUP,INT"), command.stream())
                .toList();
    }

    public long pid() {
        return process.pid();
    }

    /** With an open pipe as input. */
    public Process process() {
        return process;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Output out() {
        return out;
    }

    public Output err() {
        return err;
    }

    public String all() {
        return out.text() + err.text();
    }

    /** The first match in the output, once printed. */
    public Matcher awaitPrinted(String regex) {
        return awaitPrinted(regex, PATIENCE);
    }

    public Matcher awaitPrinted(String regex, Duration patience) {
        Pattern pattern = Pattern.compile(regex);
        Await.process(
                () -> {
                    if (pattern.matcher(all()).find()) {
                        return true;
                    }
                    if (!process.isAlive()) {
                        throw new AssertionError(label + " ended with " + process.exitValue() + ": " + all());
                    }
                    return false;
                },
                label + " prints " + regex,
                patience);
        Matcher found = pattern.matcher(all());
        if (!found.find()) {
            throw new AssertionError("output does not shrink");
        }
        return found;
    }

    /** Waits for the end. */
    public int exitCode() throws InterruptedException {
        return exitCode(PATIENCE);
    }

    public int exitCode(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(label + " has not ended within " + patience + ": " + all());
        }
        return process.exitValue();
    }

    /** Sends a signal: {@code TERM}, {@code STOP}, {@code CONT}. */
    public void signal(String name) throws IOException, InterruptedException {
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
