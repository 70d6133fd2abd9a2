package dev.usher.server.sources;

import dev.usher.admin.subject.SourceView;
import dev.usher.background.Background;
import dev.usher.config.SourceConfig;
import dev.usher.config.UsherConfig;
import dev.usher.server.reload.Brought;
import dev.usher.server.sources.Offer.LeftOut;
import dev.usher.server.yaml.ConfigResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sources of a configuration: asked on threads, merged into configurations. Any thread. */
public final class Sources implements Brought, AutoCloseable {
    /** The longest wait of a start, for sources without a stored answer. */
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(5);
    /** Shown parts left out, for each source: more lines tell a reader nothing new. */
    private static final int MAX_LEFT_OUT = 100;

    private static final Logger log = LoggerFactory.getLogger(Sources.class);

    private final Store store;
    private final AtomicLong version = new AtomicLong();
    /** Whether a thread is about to tell of a change; further changes are then told with the first. */
    private final AtomicBoolean telling = new AtomicBoolean();
    /** Guarded by this, like the fields below. In the order of the file. */
    private Map<String, SourceRunner> runners = new LinkedHashMap<>();

    private Map<String, List<LeftOut>> leftOut = Map.of();
    private @Nullable Background background;
    private @Nullable Consumer<String> changed;

    /**
     * @param file the main file of the configuration with these sources
     * @param environment of the process
     */
    public Sources(Path file, Function<String, @Nullable String> environment) {
        Path directory = StateDirectory.of(file, environment);
        if (directory == null) {
            log.warn(
                    "sources: no directory for their last answers: a restart has nothing to serve while a source is down;"
                            + " set STATE_DIRECTORY, or StateDirectory= in the unit");
        }
        this.store = new Store(directory);
    }

    /** Asks exactly the sources of a configuration from now on. */
    public void follow(Map<String, SourceConfig> sources) {
        if (replaced(sources)) {
            changed("sources of the file");
        }
    }

    /** True for a new source. */
    private synchronized boolean replaced(Map<String, SourceConfig> sources) {
        Map<String, SourceRunner> next = new LinkedHashMap<>();
        boolean other = false;
        for (SourceConfig source : sources.values()) {
            SourceRunner before = runners.get(source.name());
            boolean stays = before != null && before.source().equals(source);
            next.put(source.name(), stays ? before : started(source, before));
            other |= !stays;
        }
        Map<String, SourceRunner> last = runners;
        runners = next;
        last.forEach((name, runner) -> {
            if (next.get(name) != runner) {
                runner.close();
            }
            if (background != null && !next.containsKey(name)) {
                background.forget(SourceRunner.taskName(name));
            }
        });
        return other;
    }

    private SourceRunner started(SourceConfig source, @Nullable SourceRunner before) {
        boolean sameKind = before != null && before.source().kind().equals(source.kind());
        Standing standing = sameKind ? Objects.requireNonNull(before).standing() : new Standing(store.read(source));
        SourceRunner runner = new SourceRunner(source, standing, store, () -> changed("source " + source.name()));
        if (background != null) {
            runner.report(background);
        }
        runner.start();
        return runner;
    }

    /** Waits a while for the sources of which nothing is known. */
    public void awaitFirst() throws InterruptedException {
        List<SourceRunner> unknown;
        synchronized (this) {
            unknown = runners.values().stream()
                    .filter(runner -> runner.held() == null)
                    .toList();
        }
        long end = System.nanoTime() + FIRST_ANSWERS.toNanos();
        for (SourceRunner runner : unknown) {
            if (!runner.hears(Duration.ofNanos(end - System.nanoTime()))) {
                log.warn(
                        "source {}: no answer so far; starting without it",
                        runner.source().name());
            }
        }
    }

    /**
     * Reports failures and changes from now on.
     *
     * @param told called with the author of a change, after changes of what {@link #merge} adds; may block
     */
    public synchronized void begin(Background tasks, Consumer<String> told) {
        background = tasks;
        changed = told;
        runners.values().forEach(runner -> runner.report(tasks));
        changed("sources"); // for answers since the start's merge
    }

    /** Tells of a change on a thread apart: the caller may be a reload, or a source about to be interrupted. */
    private void changed(String who) {
        version.incrementAndGet();
        if (telling.compareAndSet(false, true)) {
            Thread.ofVirtual().name("sources").start(() -> {
                telling.set(false);
                tellChange(who);
            });
        }
    }

    private void tellChange(String who) {
        Consumer<String> told;
        synchronized (this) {
            told = changed;
        }
        if (told != null) {
            told.accept(who);
        }
    }

    // ---- the configuration ----

    @Override
    public long version() {
        return version.get();
    }

    @Override
    public UsherConfig merge(ConfigResult.Valid ofFile) {
        Map<String, Held> answers = new LinkedHashMap<>();
        synchronized (this) {
            runners.forEach((name, runner) -> {
                SourceConfig wanted = ofFile.config().sources().get(name);
                Held held = runner.held();
                if (held != null
                        && wanted != null
                        && wanted.kind().equals(runner.source().kind())) {
                    answers.put(name, held);
                }
            });
        }
        Merging.Merged merged = merged(ofFile, answers);
        tell(merged.leftOut());
        return merged.config();
    }

    /** Merges all; if the whole is no configuration, leaves out each source with such an effect. */
    private static Merging.Merged merged(ConfigResult.Valid ofFile, Map<String, Held> answers) {
        try {
            return Merging.merge(ofFile, answers);
        } catch (IllegalArgumentException fault) {
            return withoutFaulty(ofFile, answers);
        }
    }

    private static Merging.Merged withoutFaulty(ConfigResult.Valid ofFile, Map<String, Held> answers) {
        Map<String, Held> good = new LinkedHashMap<>();
        Map<String, List<LeftOut>> faulty = new LinkedHashMap<>();
        Merging.Merged merged = Merging.merge(ofFile, good);
        for (Map.Entry<String, Held> answer : answers.entrySet()) {
            good.put(answer.getKey(), answer.getValue());
            try {
                merged = Merging.merge(ofFile, good);
            } catch (IllegalArgumentException fault) {
                good.remove(answer.getKey());
                faulty.put(
                        answer.getKey(), List.of(new LeftOut("the whole answer", String.valueOf(fault.getMessage()))));
            }
        }
        Map<String, List<LeftOut>> all = new LinkedHashMap<>(merged.leftOut());
        all.putAll(faulty);
        return new Merging.Merged(merged.config(), all);
    }

    /** Logs the parts left out since the last time. */
    private void tell(Map<String, List<LeftOut>> now) {
        Map<String, List<LeftOut>> before;
        synchronized (this) {
            before = leftOut;
            leftOut = now;
        }
        now.forEach((name, parts) -> parts.stream()
                .filter(part -> !before.getOrDefault(name, List.of()).contains(part))
                .limit(MAX_LEFT_OUT)
                .forEach(part -> log.warn("source {}: left out: {}", name, part)));
    }

    // ---- people ----

    @Override
    public synchronized List<SourceView> views() {
        List<SourceView> views = new ArrayList<>();
        runners.forEach((name, runner) -> views.add(runner.view(leftOut.getOrDefault(name, List.of()).stream()
                .limit(MAX_LEFT_OUT)
                .map(LeftOut::toString)
                .toList())));
        return views;
    }

    @Override
    public boolean confirm(String source) {
        SourceRunner runner;
        synchronized (this) {
            runner = runners.get(source);
        }
        return runner != null && runner.confirm();
    }

    @Override
    public void close() {
        List<SourceRunner> all;
        synchronized (this) {
            all = List.copyOf(runners.values());
            runners = new LinkedHashMap<>();
        }
        all.forEach(SourceRunner::close);
    }
}
