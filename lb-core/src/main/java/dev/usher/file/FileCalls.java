package dev.usher.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls into the file system, any of which may hang for ever: a network file server may be gone, or a pipe may have no
 * peer. Each call gets its own thread, which is abandoned after the time limit. While a thread hangs on a path, further
 * calls for the path are refused. Any thread may call.
 */
public final class FileCalls {
    /** Time limit of a call: a disk that has to spin up takes some seconds. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** The most abandoned threads; each holds memory, and this many mean that a file system is dead. */
    static final int MAX_LEFT = 8;

    /** Shared by the process, since hanging threads count against the same limit wherever they started. */
    private static final FileCalls OF_PROCESS = new FileCalls(MAX_LEFT);

    private final int maxLeft;
    /** Abandoned threads that have not ended, with their paths. Guarded by {@code this}. */
    private final Map<Thread, Path> left = new HashMap<>();

    FileCalls(int maxLeft) {
        this.maxLeft = maxLeft;
    }

    /** The call to make. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws IOException;
    }

    /** Same as {@link #run(Path, Duration, Call)}, with the usual time limit. */
    public static <T> T run(Path file, Call<T> call) throws IOException {
        return run(file, PATIENCE, call);
    }

    /**
     * Makes the call on a new thread and waits for the result.
     *
     * @param file path that the call is for
     * @throws NoAnswerException if the call exceeds {@code patience}, or is refused since earlier calls still hang
     */
    public static <T> T run(Path file, Duration patience, Call<T> call) throws IOException {
        return OF_PROCESS.call(file, patience, call);
    }

    /**
     * Same as {@link #run(Path, Duration, Call)}, with a place of its own beside the most abandoned threads. For the main
     * file, which names further files.
     */
    static <T> T runFirst(Path file, Duration patience, Call<T> call) throws IOException {
        return OF_PROCESS.callFirst(file, patience, call);
    }

    <T> T callFirst(Path file, Duration patience, Call<T> call) throws IOException {
        return call(file, patience, maxLeft + 1, call);
    }

    <T> T call(Path file, Duration patience, Call<T> call) throws IOException {
        return call(file, patience, maxLeft, call);
    }

    private <T> T call(Path file, Duration patience, int most, Call<T> call) throws IOException {
        refuseWhatHangs(file, most);
        FutureTask<T> task = new FutureTask<>(call::run);
        Thread thread = Thread.ofPlatform().daemon().name("file " + file).start(() -> {
            task.run();
            returned(Thread.currentThread());
        });
        try {
            return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            leave(thread, file, task);
            throw new NoAnswerException("does not answer: nothing read within " + patience.toSeconds() + " s");
        } catch (InterruptedException stopped) {
            leave(thread, file, task);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("was not waited for");
        } catch (ExecutionException fault) {
            throw thrown(fault.getCause());
        }
    }

    private static IOException thrown(@Nullable Throwable cause) {
        return switch (cause) {
            case IOException fault -> fault;
            case RuntimeException bug -> throw bug;
            case Error error -> throw error;
            case null, default -> throw new IllegalStateException(cause);
        };
    }

    private synchronized void refuseWhatHangs(Path file, int most) throws NoAnswerException {
        if (left.containsValue(file)) {
            throw new NoAnswerException("does not answer: an earlier read of it is still stuck");
        }
        if (left.size() >= most) {
            throw new NoAnswerException("was not looked at: " + left.size() + " other files do not answer, as "
                    + left.values().iterator().next());
        }
    }

    private synchronized void leave(Thread thread, Path file, FutureTask<?> task) {
        if (!task.isDone()) {
            left.put(thread, file);
        }
    }

    private synchronized void returned(Thread thread) {
        left.remove(thread);
    }
}
