package dev.usher.workers;

import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.descriptor.GivenSockets;
import dev.usher.loop.Network;
import dev.usher.loop.Worker;
import dev.usher.relay.Routing;
import dev.usher.relay.SessionLog;
import dev.usher.relay.SharedState;
import dev.usher.relay.WorkerSessions;
import dev.usher.time.Clock;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The workers with their sessions, and the means to run a task on each. */
public final class Workers {
    /** A worker with mail unread for this long counts as stuck. */
    private static final Duration MAIL_PATIENCE = Duration.ofSeconds(5);

    /** A task on a worker's thread. */
    @FunctionalInterface
    public interface Task {
        void on(WorkerSessions sessions) throws IOException;
    }

    /** A question to a worker, answered on the worker's thread. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(WorkerSessions sessions) throws IOException;
    }

    private record Member(Worker worker, WorkerSessions sessions) {}

    private final List<Member> members = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long heldBytesMax;
    private final Transport transport;

    /**
     * No workers yet; {@link #add} adds some.
     *
     * @param heldBytesMax upper bound of bytes in the buffers of all workers together
     * @param transport of every worker
     */
    public Workers(long heldBytesMax, Transport transport) {
        this.heldBytesMax = heldBytesMax;
        this.transport = transport;
    }

    /** The workers of a configuration, not started yet. A change of their number or of their buffers needs a restart. */
    public static Workers of(
            UsherConfig config,
            SelectorProvider provider,
            GivenSockets given,
            Clock clock,
            Supplier<Routing> routing,
            SessionLog log,
            SharedState shared)
            throws IOException {
        long heldBytesMax = config.limits().heldBytes();
        int count = config.workerCount();
        Workers made = new Workers(heldBytesMax, Network.transportOf(provider));
        for (int i = 0; i < count; i++) {
            Worker worker = new Worker("worker-" + i, provider, given, clock, heldBytesMax / count);
            made.add(worker, new WorkerSessions(i, count, worker, routing, log, shared));
        }
        return made;
    }

    /** The way to the kernel's sockets. */
    public Transport transport() {
        return transport;
    }

    public void add(Worker worker, WorkerSessions sessions) {
        members.add(new Member(worker, sessions));
    }

    public void start() {
        members.forEach(member -> threads.add(member.worker().start()));
    }

    public int count() {
        return members.size();
    }

    long heldBytesMax() {
        return heldBytesMax;
    }

    Worker worker(int index) {
        return members.get(index).worker();
    }

    WorkerSessions sessions(int index) {
        return members.get(index).sessions();
    }

    /** Runs a task on each worker, and waits for the end of every run. The first exception is thrown here. */
    public void onEach(Task task) throws IOException {
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
        ask(index, sessions -> {
            task.on(sessions);
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
                answer.set(question.ask(member.sessions()));
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

    /** Ends every thread; each worker closes its registered channels. */
    public void stop() {
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
