package dev.usher;

import dev.usher.loop.Worker;
import dev.usher.relay.Routing;
import dev.usher.relay.WorkerSessions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers with their relays, and the means to run a task on each. */
final class Workers {
    /** A worker with mail unread for this long counts as stuck. */
    private static final Duration MAIL_PATIENCE = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Workers.class);

    /** A task on a worker's thread. */
    @FunctionalInterface
    interface Task {
        void on(WorkerSessions relay) throws IOException;
    }

    /** A question to a worker, answered on the worker's thread. */
    @FunctionalInterface
    interface Question<T> {
        T ask(WorkerSessions relay) throws IOException;
    }

    private record Member(Worker worker, WorkerSessions relay) {}

    private final List<Member> members = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long heldBytesMax;

    /** No workers yet; {@link #add} adds some. */
    Workers(long heldBytesMax) {
        this.heldBytesMax = heldBytesMax;
    }

    /**
     * Workers that are not started yet.
     *
     * @param heldBytesMax divided among the workers; a change of the configuration needs a restart
     */
    static Workers of(
            int count,
            long heldBytesMax,
            Environment environment,
            Supplier<Routing> routing,
            WorkerSessions.Shared shared)
            throws IOException {
        Workers workers = new Workers(heldBytesMax);
        for (int i = 0; i < count; i++) {
            Worker worker =
                    new Worker("worker-" + i, environment.provider(), environment.clock(), heldBytesMax / count);
            workers.add(worker, new WorkerSessions(i, count, worker, routing, environment.log(), shared));
        }
        return workers;
    }

    void add(Worker worker, WorkerSessions relay) {
        members.add(new Member(worker, relay));
    }

    void start() {
        members.forEach(member -> threads.add(member.worker().start()));
    }

    int count() {
        return members.size();
    }

    /** The upper bound of bytes in the buffers of all workers. */
    long heldBytesMax() {
        return heldBytesMax;
    }

    Worker worker(int index) {
        return members.get(index).worker();
    }

    WorkerSessions relay(int index) {
        return members.get(index).relay();
    }

    /** Runs a task on each worker, and waits for the end of every run. The first exception is thrown here. */
    void onEach(Task task) throws IOException {
        IOException first = null;
        for (int i = 0; i < members.size(); i++) {
            try {
                on(i, task);
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Runs a task on one worker, and waits for its end. */
    void on(int index, Task task) throws IOException {
        ask(index, relay -> {
            task.on(relay);
            return true;
        });
    }

    /** Asks a worker, and waits for the answer. */
    @SuppressWarnings("NullAway") // an answer without an exception is present
    <T> T ask(int index, Question<T> question) throws IOException {
        Member member = members.get(index);
        CountDownLatch done = new CountDownLatch(1);
        AtomicReference<@Nullable T> answer = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        boolean taken = member.worker().submit(() -> {
            try {
                answer.set(question.ask(member.relay()));
            } catch (IOException | RuntimeException | Error e) {
                thrown.set(e);
            } finally {
                done.countDown();
            }
        });
        if (!taken) {
            throw new IOException(member.worker() + " does not respond");
        }
        await(done, member.worker());
        switch (thrown.get()) {
            case null -> {
                return answer.get();
            }
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch done, Worker worker) throws IOException {
        try {
            if (!done.await(MAIL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(worker + " did not answer within " + MAIL_PATIENCE.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + worker, e);
        }
    }

    /** Posts a task to each worker, and does not wait. */
    void tell(Task task) {
        for (Member member : members) {
            boolean taken = member.worker().submit(() -> {
                try {
                    task.on(member.relay());
                } catch (IOException e) {
                    log.error("{}: a task failed", member.worker(), e);
                }
            });
            if (!taken) {
                log.error("{} does not respond", member.worker());
            }
        }
    }

    /** Ends every thread; each worker closes its registered channels. */
    void stop() {
        members.forEach(member -> member.worker().stop());
        for (Thread thread : threads) {
            try {
                thread.join(MAIL_PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
