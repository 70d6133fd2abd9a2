package dev.usher.diff;

import dev.usher.config.Printable;
import dev.usher.config.UsherConfig;
import dev.usher.diff.Change.Sign;
import dev.usher.diff.Change.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The differences between two configurations, in the order of importance to people: names first, then pools and their
 * backends, listeners, and other settings. Pure: no sockets, no files.
 *
 * @param changes empty exactly when both configurations mean the same
 */
public record ConfigDiff(List<Change> changes) {
    public static final ConfigDiff NONE = new ConfigDiff(List.of());

    public ConfigDiff {
        changes = List.copyOf(changes);
    }

    /** Compares two configurations. */
    public static ConfigDiff between(UsherConfig before, UsherConfig after) {
        if (before.equals(after)) {
            return NONE;
        }
        List<Change> changes = new ArrayList<>();
        changes.addAll(NameChanges.between(before, after));
        changes.addAll(PoolChanges.between(before, after));
        changes.addAll(ListenerChanges.between(before.listeners(), after.listeners()));
        changes.addAll(SettingChanges.ofProgram(before, after));
        return new ConfigDiff(changes);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** A line for each change; each ends in a line feed. */
    public String text() {
        return changes.stream()
                .map(change -> Printable.of(change.toString()) + "\n")
                .collect(Collectors.joining());
    }

    /** A summary in a single line, such as "names: 1 newly reachable, 2 changed; backends: 1 added". */
    public String summary() {
        if (isEmpty()) {
            return "no difference";
        }
        return List.of(
                        counted("names", Subject.NAME, "newly reachable", "no longer reachable", "changed"),
                        counted("pools", Subject.POOL, "added", "removed", "changed"),
                        counted("backends", Subject.BACKEND, "added", "removed", "changed"),
                        counted("listeners", Subject.LISTENER, "added", "removed", "changed"),
                        counted("settings", Subject.SETTING, "added", "removed", "changed"))
                .stream()
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private String counted(String what, Subject subject, String added, String removed, String changed) {
        String counts = List.of(
                        counted(subject, Sign.ADDED, added),
                        counted(subject, Sign.REMOVED, removed),
                        counted(subject, Sign.CHANGED, changed))
                .stream()
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
        return counts.isEmpty() ? "" : what + ": " + counts;
    }

    private String counted(Subject subject, Sign sign, String verb) {
        long count = changes.stream()
                .filter(change -> change.subject() == subject && change.sign() == sign)
                .count();
        return count == 0 ? "" : count + " " + verb;
    }
}
