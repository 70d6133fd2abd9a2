package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.config.Spelling;
import dev.usher.event.Event;
import dev.usher.reload.Reload;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code /config} and {@code /reload}. */
public final class ConfigResource {
    private final LoadBalancer balancer;
    private final ConfigSource source;

    public ConfigResource(LoadBalancer balancer, ConfigSource source) {
        this.balancer = balancer;
        this.source = source;
    }

    private record Config(
            ConfigStateJson state,
            String effective,
            List<FileJson> files,
            List<String> changes,
            List<String> diagnostics,
            List<ReloadJson> reloads) {}

    private record FileJson(String path, String text) {}

    /** {@code GET /config}. */
    public Object get(Question question) {
        ConfigSource.Files files = source.files();
        return new Config(
                ConfigStateJson.of(source, files.onDisk()),
                source.effective(),
                files.files().stream()
                        .map(file -> new FileJson(file.path().toString(), file.text()))
                        .toList(),
                ReloadJson.lines(files.changes()),
                files.diagnostics(),
                source.status().history().reversed().stream()
                        .map(ReloadJson::of)
                        .toList());
    }

    /**
     * {@code POST /reload}. Waits for the end of the reload: some milliseconds, or seconds if new names are resolved.
     */
    public Object reload(Question question) throws ProblemException {
        if (source.file() == null) {
            throw Problem.of(409, "there is no file to read again: this usher was started without one")
                    .exception();
        }
        String who = question.caller().text();
        if (Boolean.parseBoolean(question.parameter("dry_run"))) {
            return ReloadJson.whole(dry(who));
        }
        Reload reload = source.reload(who);
        balancer.report(Event.Kind.ADMIN, "configuration", "reload by " + who + ": " + Spelling.snake(reload.result()));
        return ReloadJson.whole(reload);
    }

    /** The expected outcome of a reload, without making it; its number is 0. */
    private Reload dry(String who) {
        long began = System.nanoTime();
        ConfigSource.Files files = source.read();
        Reload.Result result = switch (files.onDisk()) {
            case SAME -> Reload.Result.UNCHANGED;
            case DIFFERENT -> Reload.Result.APPLIED;
            case FAULTY, NONE -> Reload.Result.REFUSED;
        };
        return new Reload(
                0,
                Instant.now(),
                Reload.Trigger.API,
                who,
                result,
                source.status().generation(),
                files.changes(),
                files.diagnostics().size(),
                files.diagnostics(),
                files.report(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }
}
