package dev.usher.server.reload;

import dev.usher.Background;
import dev.usher.config.ReloadConfig;
import dev.usher.file.FileCalls;
import dev.usher.server.yaml.Fingerprint;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the files of the configuration say something else than when they were read last.
 *
 * <p>What counts is their content: it is compared every {@code reload.poll}, which is right on every file system and
 * whatever was done to the files. The directories are watched only to be quicker. Any event in one of them, whatever it
 * is about, starts the quiet time: an editor's events are about other names, and a volume of Kubernetes makes none that
 * has the file's name.
 *
 * <p>Two threads: one waits for events, the other for time.
 */
final class ConfigWatch implements AutoCloseable {
    /** In a directory where something happens all the time, the quiet time ends after so many times its length. */
    private static final int MAX_QUIET_TIMES = 10;

    /** A reload that is under way may be in the middle of its sockets; one that waits for files is not waited for. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    /** A look reads all files, and a reload may wait for names of backends. */
    private static final Duration LOOK_PATIENCE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);

    private final Supplier<Fingerprint> known;
    private final Supplier<ReloadConfig> settings;
    private final Runnable onChange;
    private final @Nullable WatchService events;
    private final Map<Path, WatchKey> watched = new HashMap<>();
    private final Background.Task task;
    private final Thread timer;

    /** Guarded by this, as are those below. */
    private boolean eventSeen;

    private boolean settingsChanged;
    private boolean closed;

    /** What {@link #watched} was made for. Of the timer's thread, as are those below. */
    private @Nullable Fingerprint followed;

    private long pollNanos;
    /** True exactly while the quiet time runs. */
    private boolean pending;

    private long quietNanos;
    private long latestNanos;
    /** What a comparison without an event has found, to be found once more when the quiet time is over. */
    private @Nullable Fingerprint found;

    private boolean complained;
    /** True exactly while the files could not be looked at. */
    private boolean blind;

    /**
     * @param known what was read last
     * @param settings in force
     * @param onChange reads the files; after it, {@code known} says what they said
     * @param background is where it says that it fails
     */
    ConfigWatch(
            Supplier<Fingerprint> known, Supplier<ReloadConfig> settings, Runnable onChange, Background background) {
        this.known = known;
        this.settings = settings;
        this.onChange = onChange;
        this.events = open();
        this.task = background.task("file watch", "usher reload takes changes over", LOOK_PATIENCE);
        this.timer = Thread.ofPlatform().daemon().name("config-watch").unstarted(() -> task.whole(this::run));
    }

    private static @Nullable WatchService open() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            log.warn("files cannot be watched, and are compared every reload.poll instead: {}", e.getMessage());
            return null;
        }
    }

    void start() {
        if (events != null) {
            Thread.ofPlatform().daemon().name("config-events").start(() -> take(events));
        }
        timer.start();
    }

    /** Goes by what {@code settings} says now. */
    synchronized void settingsChanged() {
        settingsChanged = true;
        notifyAll();
    }

    // ---- events ----

    private void take(WatchService service) {
        try {
            while (true) {
                WatchKey key = service.take();
                key.pollEvents(); // which, and of what, does not matter; nor whether some were lost
                key.reset();
                onEvent();
            }
        } catch (InterruptedException | ClosedWatchServiceException _) {
            // The end.
        }
    }

    private synchronized void onEvent() {
        eventSeen = true;
        notifyAll();
    }

    // ---- time ----

    private void run() {
        try {
            pollNanos = System.nanoTime(); // at once: they may have changed since they were read
            while (!isClosed()) {
                ReloadConfig now = settings.get();
                if (now.watch()) {
                    follow();
                    boolean event = await(pending ? Math.min(quietNanos, pollNanos) : pollNanos);
                    task.begins();
                    turn(now, event);
                    task.rests();
                } else {
                    pending = false;
                    awaitSettings();
                    pollNanos = System.nanoTime();
                }
            }
        } catch (InterruptedException _) {
            // The end.
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void awaitSettings() throws InterruptedException {
        while (!settingsChanged && !closed) {
            wait();
        }
        settingsChanged = false;
    }

    /** Waits until then, or for an event or other settings; true if there was an event. */
    private synchronized boolean await(long deadlineNanos) throws InterruptedException {
        for (long left = deadlineNanos - System.nanoTime();
                left > 0 && !eventSeen && !settingsChanged && !closed;
                left = deadlineNanos - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
        }
        boolean event = eventSeen;
        eventSeen = false;
        settingsChanged = false;
        return event;
    }

    private void turn(ReloadConfig now, boolean event) {
        long nanos = System.nanoTime();
        if (event) {
            found = null;
            waitForQuiet(now.debounce(), nanos);
        }
        if (pending && nanos - quietNanos >= 0) {
            compare(now, nanos);
        }
        if (nanos - pollNanos >= 0) {
            pollNanos = nanos + now.poll().toNanos();
            if (!pending) {
                poll(now, nanos);
            }
        }
    }

    private void waitForQuiet(Duration debounce, long nanos) {
        if (!pending) {
            latestNanos = nanos + debounce.toNanos() * MAX_QUIET_TIMES;
        }
        pending = true;
        quietNanos = Math.min(nanos + debounce.toNanos(), latestNanos);
    }

    /** Without events nobody knows whether the writing is over: what is found must be found twice. */
    private void poll(ReloadConfig now, long nanos) {
        followed = null; // a directory may have been replaced, and its events with it
        Fingerprint is = known.get().now();
        if (hasLooked(is) && !is.equals(known.get())) {
            found = is;
            waitForQuiet(now.debounce(), nanos);
        }
    }

    private boolean hasLooked(Fingerprint is) {
        String why = is.blind();
        if (why != null) {
            task.failed("the configuration cannot be looked at for changes: " + why);
        } else if (blind) {
            task.works();
        }
        blind = why != null;
        return !blind;
    }

    private void compare(ReloadConfig now, long nanos) {
        pending = false;
        Fingerprint is = known.get().now();
        if (!hasLooked(is)) {
            return; // the next poll looks again
        }
        if (is.equals(known.get())) {
            followed = null; // the same text may be behind another link
            return;
        }
        if (found != null && !found.equals(is)) {
            found = is;
            waitForQuiet(now.debounce(), nanos);
            return;
        }
        try {
            onChange.run();
        } catch (RuntimeException bug) {
            log.error("a bug in usher: a changed configuration was not applied", bug);
        }
    }

    // ---- directories ----

    private void follow() {
        Fingerprint now = known.get();
        if (events == null || now.equals(followed)) {
            return;
        }
        Set<Path> directories;
        try {
            directories = FileCalls.run(Path.of("/"), () -> Directories.of(now));
        } catch (IOException noAnswer) {
            complain("directories of the configuration", noAnswer);
            return;
        }
        watched.entrySet().removeIf(entry -> {
            boolean gone = !directories.contains(entry.getKey());
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        directories.forEach(directory -> watch(events, directory));
        followed = now;
    }

    /** The same key comes back for the same directory; for one in its place, another. */
    private void watch(WatchService service, Path directory) {
        try {
            WatchKey key = FileCalls.run(
                    directory,
                    () -> directory.register(
                            service,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE));
            WatchKey before = watched.put(directory, key);
            if (before != null && !before.equals(key) && !watched.containsValue(before)) {
                before.cancel();
            }
        } catch (NoSuchFileException | NotDirectoryException notYet) {
            // The comparison finds what comes there.
        } catch (IOException e) {
            complain(directory.toString(), e);
        }
    }

    private void complain(String subject, IOException fault) {
        if (!complained) {
            complained = true;
            log.warn(
                    "{} cannot be watched ({}); its files are compared every {} s instead",
                    subject,
                    fault.getMessage(),
                    settings.get().poll().toSeconds());
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            if (timer.isAlive()) {
                if (!timer.join(CLOSE_PATIENCE)) { // not interrupted: it may be in the middle of a reload
                    log.warn("not waited for: a look at the configuration's files, or a reload, that is under way");
                }
            }
            if (events != null) {
                events.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.debug("closing the watch failed", e);
        }
    }
}
