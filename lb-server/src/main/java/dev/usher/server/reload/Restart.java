package dev.usher.server.reload;

import dev.usher.config.LoggingConfig;
import dev.usher.config.UsherConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Settings that are fixed from the start of a process to its end. */
final class Restart {
    private Restart() {}

    /** Names of the fixed settings that differ between the two configurations. */
    static List<String> needed(UsherConfig started, UsherConfig inForce) {
        LoggingConfig was = started.logging();
        LoggingConfig is = inForce.logging();
        List<String> needed = new ArrayList<>();
        addIf(needed, started.workers() != inForce.workers(), "workers");
        addIf(needed, started.transport() != inForce.transport(), "transport");
        addIf(needed, started.limits().heldBytes() != inForce.limits().heldBytes(), "limits.held_bytes");
        addIf(needed, !Objects.equals(started.admin().bind(), inForce.admin().bind()), "admin.bind");
        addIf(needed, (started.admin().tls() == null) != (inForce.admin().tls() == null), "admin.tls");
        addIf(needed, was.format() != is.format(), "logging.format");
        return needed;
    }

    private static void addIf(List<String> list, boolean different, String setting) {
        if (different) {
            list.add(setting);
        }
    }
}
