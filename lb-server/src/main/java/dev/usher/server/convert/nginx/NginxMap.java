package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.NameRegex;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@code map} block: from the values of a variable to values of the next. */
final class NginxMap {
    private final String source;
    private final List<Directive> entries;
    private final @Nullable Directive otherwise;
    private final boolean hostnames;

    NginxMap(Directive map, List<Directive> block) {
        source = NginxServer.variable(map.word(1));
        hostnames = block.stream().anyMatch(entry -> entry.is("hostnames"));
        Set<String> words = Set.of("hostnames", "volatile", "default");
        entries = new ArrayList<>(block.stream()
                .filter(entry -> !words.contains(entry.name()))
                .sorted(Comparator.comparing(entry -> entry.name().startsWith("~")))
                .toList());
        otherwise =
                block.stream().filter(entry -> entry.is("default")).findFirst().orElse(null);
    }

    /** The variable of the look-up, without the dollar. */
    String source() {
        return source;
    }

    /** Entries with a value, expressions last: nginx tries expressions in the end. */
    List<Directive> entries() {
        return entries;
    }

    @Nullable
    Directive otherwise() {
        return otherwise;
    }

    /** The server names of an entry; empty after a remark. */
    Names names(Directive entry, Remarks remarks) {
        try {
            Names names = names(entry.name());
            if (names.isNone()) {
                throw new IllegalArgumentException(
                        "the expression is no list of names or suffixes, which usher has alone");
            }
            if (!names.difference().isEmpty()) {
                remarks.changed(entry.statement(), names.difference());
            }
            return names;
        } catch (IllegalArgumentException fault) {
            remarks.leftOut(entry.statement(), String.valueOf(fault.getMessage()));
            return new Names(List.of(), "");
        }
    }

    private Names names(String key) {
        if (key.startsWith("~")) {
            return NameRegex.read(key.replaceFirst("^~\\*?", ""), false);
        }
        boolean wild = key.indexOf('*') >= 0 || key.startsWith(".");
        if (wild && !hostnames) {
            throw new IllegalArgumentException(
                    "nginx takes the text literally, without hostnames in the map:" + " no name is written so");
        }
        if (key.endsWith(".*")) {
            throw new IllegalArgumentException("usher has suffixes, and no names with any ending");
        }
        return Names.of(key.startsWith("\\") ? key.substring(1) : key);
    }
}
