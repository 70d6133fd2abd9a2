package dev.usher.admin.attention;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
import dev.usher.view.FailingName;

/** Entries about host names of backends that do not resolve. */
final class NameAttention {
    private static final String TO_DO = ". Check the name, and the DNS servers of this machine";

    private NameAttention() {}

    static Entry of(FailingName name) {
        return new Entry(
                Severity.WARNING,
                Kind.NAME_UNRESOLVED,
                "backend " + name.name(),
                (name.kept().isEmpty()
                                ? "its name does not resolve, so it takes no sessions"
                                : "its name no longer resolves; its last addresses stay in use: "
                                        + PoolAttention.first(name.kept(), ", "))
                        + TO_DO,
                name.since(),
                "pools?filter=" + Attention.escaped(name.name()));
    }
}
