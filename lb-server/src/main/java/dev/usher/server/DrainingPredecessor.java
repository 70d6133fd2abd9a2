package dev.usher.server;

import dev.usher.admin.Control;
import dev.usher.server.control.ControlClient;
import dev.usher.server.control.Handover;
import dev.usher.server.reload.RunDirectory;
import dev.usher.server.reload.RunningUsher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * A draining process with the same file. The process frees its admin side's address when
 * {@code shutdown.readiness_delay} is over. The listeners stay open until {@link #close} tells the process that this
 * process listens.
 */
final class DrainingPredecessor implements Predecessor {
    private static final Logger log = LoggerFactory.getLogger(DrainingPredecessor.class);

    private final @Nullable ControlClient client;
    private final String inTheWay;

    private DrainingPredecessor(@Nullable ControlClient client, String inTheWay) {
        this.client = client;
        this.inTheWay = inTheWay;
    }

    /**
     * Asks for the handover, and waits up to {@link Handover#PATIENCE} in all. Only a process of this user is asked: any
     * other user's process could claim to serve the file, to keep this one waiting.
     */
    static Predecessor of(Path file) throws InterruptedException {
        String inTheWay = "";
        long deadline = System.nanoTime() + Handover.PATIENCE.toNanos();
        for (RunningUsher each : RunningUsher.own(new RunDirectory(System::getenv))) {
            if (!FindRunning.isSame(file, each.state().config())) {
                continue;
            }
            Predecessor given = each.state().draining() ? asked(each, deadline) : null;
            if (given != null) {
                return given;
            }
            long pid = each.state().pid();
            if (!each.hasEnded()) {
                inTheWay = "; process " + pid + " serves the same file"
                        + (each.state().draining() ? "" : ": stop it with kill " + pid + ", then start this one");
            }
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("no longer looking for a predecessor");
        }
        return new DrainingPredecessor(null, inTheWay);
    }

    @Override
    public String hint(IOException fault) {
        return String.valueOf(fault.getMessage()).contains("in use") ? inTheWay : "";
    }

    private static @Nullable Predecessor asked(RunningUsher running, long deadline) throws InterruptedException {
        long pid = running.state().pid();
        Duration left = Duration.ofNanos(deadline - System.nanoTime());
        if (!left.isPositive()) {
            return null;
        }
        log.info(
                "process {} is draining and serves the same file: waiting up to {} s to take over",
                pid,
                left.toSeconds());
        try {
            ControlClient client = running.connect();
            Control.Reply reply = null;
            try {
                reply = client.askForHandover(left);
                if (reply.status() == 200) {
                    return new DrainingPredecessor(client, "");
                }
                refused(
                        pid,
                        JsonMapper.shared()
                                .readTree(reply.body())
                                .path("detail")
                                .asString());
            } finally {
                if (reply == null || reply.status() != 200) {
                    client.close();
                }
            }
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("no longer waiting for process " + pid);
            }
            if (!running.hasEnded()) { // else there is nothing to take over
                refused(pid, String.valueOf(e.getMessage()));
            }
        }
        return null;
    }

    private static void refused(long pid, String why) {
        log.warn("process {} does not hand over: {}", pid, why);
    }

    @Override
    public boolean gives() {
        return client != null;
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
