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
 * Calls into the file system, any of which may never return: the server of a network file system is gone, or a pipe has
 * nobody at its other end. Each call has a thread of its own, which is left behind when its time is over. While one is
 * left behind, the same path is not asked for again. Any thread.
 */
public final class FileCalls {
    /** A disk that has to spin up takes some seconds. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Each that is left behind keeps a thread, and what it has read. So many are one dead file system. */
    static final int MAX_LEFT = 8;

    /** Threads that hang are the process's own, whoever has started them: so there is one count of them. */
    private static final FileCalls OF_PROCESS = new FileCalls(MAX_LEFT);

    private final int maxLeft;
    /** Threads that were left behind and have not ended, with what they ask for. Guarded by this. */
    private final Map<Thread, Path> left = new HashMap<>();

    FileCalls(int maxLeft) {
        this.maxLeft = maxLeft;
    }

    /** What is to be done. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws IOException;
    }

    /** As {@link #run(Path, Duration, Call)}, with the usual patience. */
    public static <T> T run(Path file, Call<T> call) throws IOException {
        return run(file, PATIENCE, call);
    }

    /**
     * Has it done, and waits for it.
     *
     * @param file that it is about
     * @throws NoAnswerException if it takes longer, or if others have for too long
     */
    public static <T> T run(Path file, Duration patience, Call<T> call) throws IOException {
        return OF_PROCESS.call(file, patience, call);
    }

    <T> T call(Path file, Duration patience, Call<T> call) throws IOException {
        refuseWhatHangs(file);
        FutureTask<T> task = new FutureTask<>(call::run);
        Thread thread = Thread.ofPlatform().daemon().name("file " + file).start(() -> {
            task.run();
            returned(Thread.currentThread());
        });
        try {
            return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            leave(thread, file, task);
            throw new NoAnswerException("does not answer: nothing came within " + patience.toSeconds() + " s");
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

    private synchronized void refuseWhatHangs(Path file) throws NoAnswerException {
        if (left.containsValue(file)) {
            throw new NoAnswerException("does not answer: an earlier look at it has not come back");
        }
        if (left.size() >= maxLeft) {
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
