package dev.usher.diff;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.UsherConfig;
import dev.usher.diff.Change.Sign;
import dev.usher.diff.Change.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Pools added, removed and changed, with their backends. */
final class PoolChanges {
    private final List<Change> changes = new ArrayList<>();
    /** The fate of sessions on a removed backend. */
    private final String fate;

    private PoolChanges(OnRemovedBackend onRemoved) {
        this.fate = onRemoved == OnRemovedBackend.CLOSE ? "closing its sessions" : "draining";
    }

    static List<Change> between(UsherConfig before, UsherConfig after) {
        PoolChanges found = new PoolChanges(after.reload().onRemovedBackend());
        after.pools().forEach((name, pool) -> {
            PoolConfig was = before.pools().get(name);
            if (was == null) {
                found.add(Sign.ADDED, Subject.POOL, "pool " + name + ": " + addresses(pool));
            } else if (!was.equals(pool)) {
                found.addChanges(was, pool);
            }
        });
        before.pools().forEach((name, pool) -> {
            if (!after.pools().containsKey(name)) {
                found.add(
                        Sign.REMOVED, Subject.POOL, "pool " + name + ": " + addresses(pool) + " (" + found.fate + ")");
            }
        });
        return found.changes;
    }

    private void add(Sign sign, Subject subject, String text) {
        changes.add(new Change(sign, subject, text));
    }

    private static String addresses(PoolConfig pool) {
        return pool.backends().stream()
                .map(backend -> backend.address().toString())
                .collect(Collectors.joining(", "));
    }

    private void addChanges(PoolConfig before, PoolConfig after) {
        Map<Address, BackendConfig> was = byAddress(before);
        Map<Address, BackendConfig> is = byAddress(after);
        String of = " of pool " + after.name();
        is.forEach((address, backend) -> {
            if (!was.containsKey(address)) {
                add(Sign.ADDED, Subject.BACKEND, "backend " + address + of);
            }
        });
        was.keySet().stream()
                .filter(address -> !is.containsKey(address))
                .forEach(address -> add(Sign.REMOVED, Subject.BACKEND, "backend " + address + of + " (" + fate + ")"));
        is.forEach((address, backend) -> {
            BackendConfig old = was.get(address);
            if (old != null) {
                SettingChanges.between("", old, backend, Set.of("address"))
                        .forEach(setting -> add(
                                Sign.CHANGED,
                                Subject.POOL,
                                "pool " + after.name() + ": " + setting.name() + " of " + address + setting.values()));
            }
        });
        if (!new ArrayList<>(was.keySet()).equals(new ArrayList<>(is.keySet()))
                && was.keySet().equals(is.keySet())) {
            add(Sign.CHANGED, Subject.POOL, "pool " + after.name() + ": its backends are reordered");
        }
        SettingChanges.between("", before, after, Set.of("name", "backends"))
                .forEach(setting -> add(
                        Sign.CHANGED, Subject.POOL, "pool " + after.name() + ": " + setting.name() + setting.values()));
    }

    private static Map<Address, BackendConfig> byAddress(PoolConfig pool) {
        Map<Address, BackendConfig> backends = new LinkedHashMap<>();
        pool.backends().forEach(backend -> backends.put(backend.address(), backend));
        return backends;
    }
}
