package dev.usher.server.sources;

import com.sun.security.auth.module.UnixSystem;
import dev.usher.config.ExecSource;
import dev.usher.config.SourceConfig;
import dev.usher.file.ProgramFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a program, and reads its output. The program gets a clean environment, no open descriptor of usher's, and a
 * process group, ended with the run.
 */
final class ExecFeed implements Feed {
    /** Begins a session, and so a process group, before the program: Java cannot, between fork and exec. */
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG", "C.UTF-8",
            "HOME", "/");
    /** The kept part of a program's errors, in bytes. */
    private static final int MAX_ERROR_BYTES = 4096;

    /** The end of an output may come a moment after the end of the program. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(1);

    private final SourceConfig source;
    private final ExecSource exec;
    private CompletableFuture<byte[]> output = CompletableFuture.completedFuture(new byte[0]);
    private CompletableFuture<byte[]> errors = output;

    ExecFeed(SourceConfig source, ExecSource exec) {
        this.source = source;
        this.exec = exec;
    }

    @Override
    public Offer ask() throws IOException, InterruptedException {
        if (!ends(output) || !ends(errors)) {
            throw new IOException("the run before has left a process behind that keeps its output open");
        }
        ProgramFile.check(Path.of(exec.command().getFirst()), new UnixSystem().getUid());
        if (!Files.isExecutable(SETSID)) {
            throw new IOException(SETSID + " is missing: it is in the package util-linux");
        }
        Process process = start();
        try {
            output = read(process.getInputStream(), OfferReader.MAX_BYTES + 1);
            errors = read(process.getErrorStream(), MAX_ERROR_BYTES);
            return OfferReader.read(output(process), source.maxNames());
        } finally {
            ProcessGroup.end(process.pid());
            process.destroyForcibly();
        }
    }

    /** False if the output of the run before stays open. */
    private static boolean ends(CompletableFuture<byte[]> before) throws InterruptedException {
        try {
            before.get(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException unreadable) {
            return true;
        } catch (TimeoutException open) {
            return false;
        }
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(SETSID.toString());
        command.addAll(exec.command());
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(new File("/")).redirectInput(new File("/dev/null"));
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        builder.environment().put("USHER_SOURCE", source.name());
        return builder.start();
    }

    private byte[] output(Process process) throws IOException, InterruptedException {
        Duration timeout = source.timeout();
        long end = System.nanoTime() + timeout.toNanos();
        try {
            byte[] read = output.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (read.length > OfferReader.MAX_BYTES) {
                throw new IOException("the output has more than " + OfferReader.MAX_BYTES + " bytes");
            }
            if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw late();
            }
            if (process.exitValue() != 0) {
                throw new IOException("the exit code is " + process.exitValue() + said(end));
            }
            return read;
        } catch (TimeoutException late) {
            throw late();
        } catch (ExecutionException failed) {
            throw new IOException("the output cannot be read: " + failed.getCause(), failed);
        }
    }

    private IOException late() {
        return new IOException(
                "the program has not ended within " + source.timeout().toMillis() + " ms");
    }

    /** The first line on stderr, behind a colon; empty without one. */
    private String said(long end) throws InterruptedException {
        try {
            byte[] bytes = errors.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .map(line -> ": " + OfferBuilder.shown(line))
                    .orElse("");
        } catch (TimeoutException | ExecutionException nothing) {
            return "";
        }
    }

    /** The first bytes; the rest of a short part is read and dropped, the rest of an output is left unread. */
    private static CompletableFuture<byte[]> read(InputStream in, int most) {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        Thread.ofVirtual().name("exec output").start(() -> {
            try (in) {
                byte[] bytes = in.readNBytes(most);
                if (most == MAX_ERROR_BYTES) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
                read.complete(bytes);
            } catch (IOException e) {
                read.completeExceptionally(e);
            }
        });
        return read;
    }

    @Override
    public void close() {} // an interrupt of the thread ends a run
}
