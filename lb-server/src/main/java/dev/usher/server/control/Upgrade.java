package dev.usher.server.control;

import dev.usher.admin.Control;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a new process of the installed program, to take over from this process ({@link TakeOver}), and tells the asking
 * command of each step. A new process with a fault, or without an end, changes nothing here.
 */
public final class Upgrade extends Conversation {
    static final String PATH = "/upgrade";
    /** Status of every answer but the last. */
    static final int STEP = 102;
    /** Longer than the new process may take. */
    static final Duration PATIENCE = TakeOver.PATIENCE.plusSeconds(20);

    private static final int OK = 200;
    private static final int FAILED = 500;
    private static final int CONFLICT = 409;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    /** Time for the last answer, before the end of this process begins. */
    private static final Duration LAST_WORD = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Upgrade.class);

    /** Starts the new process. */
    public interface Launch {
        /** The reason against replacing this process; null without a reason. */
        @Nullable
        String refusal();

        /** The command line, for people. */
        String words();

        /** The output goes where this process's goes. */
        Process start() throws IOException;
    }

    private record News(String text, boolean last) {}

    private final TakeOver takeOver;
    private final Launch launch;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private final long self = ProcessHandle.current().pid();

    public Upgrade(TakeOver takeOver, Launch launch) {
        this.takeOver = takeOver;
        this.launch = launch;
    }

    @Override
    String path() {
        return PATH;
    }

    @Override
    void hold(Visitor visitor) throws IOException {
        String refusal = launch.refusal();
        if (refusal != null) {
            answer(visitor, CONFLICT, refusal);
        } else if (underWay.compareAndSet(false, true)) {
            try {
                upgrade(visitor);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                takeOver.watch(null);
                underWay.set(false);
            }
        } else {
            answer(visitor, CONFLICT, "an upgrade is under way already");
        }
    }

    private void upgrade(Visitor visitor) throws IOException, InterruptedException {
        log.info("upgrade, asked for by {}: starting {}", visitor.caller().text(), launch.words());
        Conductor conductor = new Conductor();
        takeOver.watch(conductor);
        Process child;
        try {
            child = launch.start();
        } catch (IOException e) {
            answer(visitor, FAILED, "the new process cannot be started: " + e.getMessage());
            return;
        }
        try {
            step(visitor, "started process " + child.pid() + ": " + launch.words());
            follow(visitor, child, conductor);
        } finally {
            conductor.said.countDown();
        }
    }

    /** Passes news on until the new process serves, ends, or has had its time. */
    private void follow(Visitor visitor, Process child, Conductor conductor) throws InterruptedException {
        long deadline = System.nanoTime() + TakeOver.PATIENCE.toNanos();
        while (true) {
            News news = conductor.queue.poll(LOOK_AGAIN.toNanos(), TimeUnit.NANOSECONDS);
            if (news != null && news.last()) {
                answer(visitor, OK, news.text());
                return;
            }
            if (news != null) {
                step(visitor, news.text());
            } else if (!child.isAlive() && !takeOver.isUnderWay()) {
                giveUp(visitor, ended(child.pid(), child.exitValue()));
                return;
            } else if (System.nanoTime() - deadline > 0) {
                child.destroy();
                giveUp(
                        visitor,
                        "process " + child.pid() + " does not serve within " + TakeOver.PATIENCE.toSeconds()
                                + " s, and was ended");
                return;
            }
        }
    }

    private static String ended(long pid, int code) {
        return "process " + pid + " has ended with "
                + switch (code) {
                    case 78 -> "exit code 78: the configuration has errors";
                    case 137, 143 -> "exit code " + code + ": it was killed";
                    default -> "exit code " + code + ": the log says why";
                };
    }

    private void giveUp(Visitor visitor, String why) {
        log.error("the upgrade is given up: {}; this process goes on as before", why);
        answer(visitor, FAILED, why + "; process " + self + " goes on as before");
    }

    /** Tells the command; the upgrade goes on without the command as well. */
    private static void step(Visitor visitor, String text) {
        answer(visitor, STEP, text);
    }

    private static void answer(Visitor visitor, int status, String text) {
        try {
            ControlSocket.answer(visitor.channel(), new Control.Reply(status, Protocol.text(new TakeOver.Step(text))));
        } catch (IOException left) {
            log.debug("the command that asked for the upgrade has left", left);
        }
    }

    /** Takes the news of the take-over, on the thread of the new process's connection. */
    private final class Conductor implements TakeOver.Watcher {
        private final BlockingQueue<News> queue = new LinkedBlockingQueue<>(1000);
        private final CountDownLatch said = new CountDownLatch(1);

        @Override
        public void step(String text) {
            boolean _ = queue.offer(new News(text, false));
        }

        @Override
        public void served(long pid) {
            boolean _ = queue.offer(new News(
                    "process " + pid + " serves; process " + self
                            + " takes no new connections, and ends when its sessions have",
                    true));
            try {
                boolean _ = said.await(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
