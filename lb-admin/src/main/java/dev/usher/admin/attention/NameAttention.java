package dev.usher.admin.attention;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
import dev.usher.view.FailingName;

/** Entries about host names of backends that do not resolve. */
final class NameAttention {
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
                        + toDo(name),
                name.since(),
                "pools?filter=" + Attention.escaped(name.name()));
    }

    private static String toDo(FailingName name) {
        return ". Check the name, and "
                + (name.servers().isEmpty()
                        ? "the DNS servers of this machine"
                        : "the servers in resolve: " + PoolAttention.first(name.servers(), ", "));
    }
}
