package dev.usher.diff;

import dev.usher.config.Address;
import dev.usher.config.Fallback;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import dev.usher.diff.Change.Sign;
import dev.usher.diff.Change.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Listeners added, removed and changed. */
final class ListenerChanges {
    /** Keys with lines of their own in a diff. */
    private static final Set<String> TOLD_ELSEWHERE = Set.of("name", "bind", "routes");

    private ListenerChanges() {}

    static List<Change> between(Map<String, ListenerConfig> before, Map<String, ListenerConfig> after) {
        List<Change> changes = new ArrayList<>();
        after.forEach((name, listener) -> {
            ListenerConfig was = before.get(name);
            if (was == null) {
                changes.add(change(Sign.ADDED, "listener " + name + ": " + text(listener)));
            } else {
                addChanges(changes, was, listener);
            }
        });
        before.forEach((name, listener) -> {
            if (!after.containsKey(name)) {
                changes.add(change(
                        Sign.REMOVED,
                        "listener " + name + ": closes " + text(listener.bind()) + "; open sessions continue"));
            }
        });
        return changes;
    }

    private static void addChanges(List<Change> changes, ListenerConfig before, ListenerConfig after) {
        String subject = "listener " + after.name() + ": ";
        List<Address> opens = without(after.bind(), before.bind());
        List<Address> closes = without(before.bind(), after.bind());
        if (!opens.isEmpty() || !closes.isEmpty()) {
            changes.add(change(
                    Sign.CHANGED,
                    subject + "rebinding:" + (opens.isEmpty() ? "" : " opens " + text(opens))
                            + (opens.isEmpty() || closes.isEmpty() ? "" : ",")
                            + (closes.isEmpty() ? "" : " closes " + text(closes))
                            + "; open sessions continue"));
        }
        SettingChanges.between("", before, after, TOLD_ELSEWHERE)
                .forEach(setting -> changes.add(change(Sign.CHANGED, subject + setting.name() + setting.values())));
    }

    private static Change change(Sign sign, String text) {
        return new Change(sign, Subject.LISTENER, text);
    }

    private static List<Address> without(List<Address> addresses, List<Address> others) {
        return addresses.stream().filter(address -> !others.contains(address)).toList();
    }

    private static String text(ListenerConfig listener) {
        return Spelling.of(listener.type()) + " on " + text(listener.bind())
                + (listener.pool() == null ? "" : ", to pool " + listener.pool()) + besideTls(listener)
                + text(listener.own());
    }

    private static String text(OwnRoutes own) {
        int routes = own.routes().size();
        return (routes == 0 ? "" : ", " + Units.counted(routes, "route") + " of its own")
                + text("default_route", own.defaultRoute())
                + text("no_sni_route", own.noSniRoute());
    }

    private static String besideTls(ListenerConfig listener) {
        return listener.poolsBesideTls().entrySet().stream()
                .map(each -> ", " + each.getKey() + " pool " + each.getValue())
                .collect(Collectors.joining());
    }

    private static String text(String key, @Nullable Fallback fallback) {
        return fallback == null ? "" : ", " + key + " " + fallback;
    }

    private static String text(List<Address> addresses) {
        return addresses.stream().map(Address::toString).collect(Collectors.joining(", "));
    }
}
