package dev.usher.server.convert.nginx;

import dev.usher.config.Cidr;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code allow} and {@code deny}. nginx takes the first match; usher refuses {@code deny} first, then takes
 * {@code allow}. A list with refusals at the beginning means the same to both.
 */
final class NginxSources {
    private static final String ALL = "all";

    private final Remarks remarks;

    NginxSources(Remarks remarks) {
        this.remarks = remarks;
    }

    /** Adds the sources of a server, or else of the whole stream, to the listener. */
    void read(List<Directive> common, List<Directive> block, ListenerDraft listener) {
        List<Directive> own = rules(block);
        List<Directive> rules = own.isEmpty() ? rules(common) : own;
        Set<Cidr> allow = new LinkedHashSet<>();
        Set<Cidr> deny = new LinkedHashSet<>();
        boolean closed = false;
        for (Directive rule : rules) {
            boolean allows = rule.is("allow");
            if (closed || (!allows && !rule.word(1).equals(ALL) && !allow.isEmpty())) {
                remarks.leftOut(rule.statement(), "usher has no order of sources: a deny comes before each allow");
            } else if (rule.word(1).equals(ALL)) {
                closed = true;
                if (allows) {
                    allow.clear();
                } else if (allow.isEmpty()) {
                    remarks.leftOut(rule.statement(), "every client is refused");
                }
            } else {
                remarks.tried(rule.statement(), () -> (allows ? allow : deny).add(Cidr.parse(rule.word(1))));
            }
        }
        boolean open = !rules.isEmpty() && (!closed || rules.getLast().is("allow"));
        if (!open) {
            listener.allow().addAll(allow);
        }
        listener.deny().addAll(deny);
    }

    private static List<Directive> rules(List<Directive> block) {
        return block.stream()
                .filter(each -> each.is("allow") || each.is("deny"))
                .toList();
    }
}
