package dev.usher.server.reload;

import dev.usher.background.Background;
import dev.usher.background.Task;
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
 * Detects that the configuration's files differ from the last reading.
 *
 * <p>Content decides: the files are compared every {@code reload.poll}, which is right on every file system and after
 * every kind of change. Watching directories is only quicker. Any event in a watched directory starts the quiet time,
 * whatever its name: an editor's events have other names, and a volume of Kubernetes has no event with the file's name.
 *
 * <p>Two threads: one waits for events, the other for time.
 */
final class ConfigWatch implements AutoCloseable {
    /** The quiet time ends after this many times its length, even if events never stop. */
    private static final int MAX_QUIET_TIMES = 10;

    /** A running reload may be in the middle of opening sockets. A reload that hangs on files is not waited for. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    /** Long enough for reading every file, and for a reload that resolves names of backends. */
    private static final Duration LOOK_PATIENCE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);

    private final Supplier<Fingerprint> known;
    private final Supplier<ReloadConfig> settings;
    private final Runnable onChange;
    private final @Nullable WatchService events;
    private final Map<Path, WatchKey> watched = new HashMap<>();
    private final Task task;
    private final Thread timer;

    /** Guarded by this, like the next two fields. */
    private boolean eventSeen;

    private boolean settingsChanged;
    private boolean closed;

    /** The fingerprint that {@link #watched} was made for. Used by the timer's thread, like the fields below. */
    private @Nullable Fingerprint followed;

    private long pollNanos;
    /** True exactly while the quiet time runs. */
    private boolean pending;

    private long quietNanos;
    private long latestNanos;
    /** Result of a comparison without an event; must be the same again after the quiet time. */
    private @Nullable Fingerprint found;

    private boolean complained;
    /** True exactly while the files cannot be looked at. */
    private boolean blind;

    /**
     * @param known fingerprint of the last reading
     * @param settings in force
     * @param onChange reads the files, after which {@code known} has the new content
     * @param background gets reports of failures
     */
    ConfigWatch(
            Supplier<Fingerprint> known, Supplier<ReloadConfig> settings, Runnable onChange, Background background) {
        this.known = known;
        this.settings = settings;
        this.onChange = onChange;
        this.events = open();
        this.task = background.task("file watch", "load changes with usher reload", LOOK_PATIENCE);
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

    /** Makes the timer take over new {@code settings}. */
    synchronized void settingsChanged() {
        settingsChanged = true;
        notifyAll();
    }

    // ---- events ----

    private void take(WatchService service) {
        try {
            while (true) {
                WatchKey key = service.take();
                key.pollEvents(); // neither kind nor name of an event matters, nor a lost event
                key.reset();
                onEvent();
            }
        } catch (InterruptedException | ClosedWatchServiceException _) {
            // The end of the watch.
        }
    }

    private synchronized void onEvent() {
        eventSeen = true;
        notifyAll();
    }

    // ---- time ----

    private void run() {
        try {
            pollNanos = System.nanoTime(); // at once: the files may have changed since the first reading
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
            // The end of the watch.
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

    /** Waits for the deadline, an event or new settings; true if there was an event. */
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

    /** Without events, a writer may still be at work: a difference must be found twice. */
    private void poll(ReloadConfig now, long nanos) {
        followed = null; // a directory may have been replaced, and the watch of a replaced directory is dead
        Fingerprint is = known.get().now();
        if (hasLooked(is) && !is.equals(known.get())) {
            found = is;
            waitForQuiet(now.debounce(), nanos);
        }
    }

    private boolean hasLooked(Fingerprint is) {
        String why = is.blind();
        if (why != null) {
            task.failed("the configuration cannot be checked for changes: " + why);
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
            followed = null; // a link may lead elsewhere although the content is the same
            return;
        }
        if (found != null && !found.equals(is)) {
            found = is;
            waitForQuiet(now.debounce(), nanos);
            return;
        }
        try {
            onChange.run();
        } catch (RuntimeException | Error bug) { // the watch must go on
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

    /**
     * Registers a directory. The same directory gives the same key; a new directory of the same name gives a new key.
     */
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
            // The comparison finds files that appear there later.
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
                if (!timer.join(CLOSE_PATIENCE)) { // not interrupted: a reload may be in progress
                    log.warn("not stopped in time: a check of the configuration's files, or a reload");
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
