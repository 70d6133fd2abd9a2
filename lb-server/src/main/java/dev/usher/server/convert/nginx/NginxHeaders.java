package dev.usher.server.convert.nginx;

import dev.usher.config.HttpRule;
import dev.usher.server.convert.draft.Remarks;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Headers for the backend of a location.
 *
 * @param inForce each {@code proxy_set_header}
 */
record NginxHeaders(List<Directive> inForce) {
    private static final String DIRECTIVE = "proxy_set_header";
    private static final List<String> FORWARDED =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto");
    private static final String ALL_FORWARDED = String.join(", ", FORWARDED);
    private static final Set<String> HOST = Set.of("$host", "${host}", "$http_host", "${http_host}");
    /** Values without a way for an upgrade. */
    private static final Set<String> NO_UPGRADE = Set.of("", "close", "keep-alive");
    /** Values that are usher's as well, of headers with a single value. */
    private static final Set<String> AS_USHER =
            Set.of("$remote_addr", "$host", "$http_host", "$scheme", "http", "for=$remote_addr");

    /**
     * The headers of the innermost level with any: a level with headers has none of the levels around.
     *
     * @param levels the location, its server, and the block of servers
     */
    static NginxHeaders of(List<List<Directive>> levels) {
        return new NginxHeaders(levels.stream()
                .map(level -> in(level).toList())
                .filter(headers -> !headers.isEmpty())
                .findFirst()
                .orElse(List.of()));
    }

    static Stream<Directive> in(List<Directive> level) {
        return level.stream().filter(NginxHeaders::isHeader);
    }

    static boolean isHeader(Directive directive) {
        return directive.is(DIRECTIVE);
    }

    /** The treatment of the location's requests. */
    HttpRule rule(HttpRule.Action action, String pool) {
        boolean forwarded = inForce.stream().anyMatch(NginxHeaders::tellsOfClient);
        return new HttpRule(action, pool, forwarded, action == HttpRule.Action.FORWARD && upgrades());
    }

    /** Whether the backend gets another Host than that of the client's request. */
    boolean leavesHostToNginx() {
        return inForce.stream().noneMatch(header -> name(header).equals("host"));
    }

    /** Whether an upgrade of the client reaches the backend: {@code Upgrade} alone does not. */
    private boolean upgrades() {
        return sets("upgrade", Set.of("")) && sets("connection", NO_UPGRADE);
    }

    private boolean sets(String name, Set<String> empty) {
        return inForce.stream()
                .anyMatch(each ->
                        name(each).equals(name) && !empty.contains(each.word(2).toLowerCase(Locale.ROOT)));
    }

    private static String name(Directive header) {
        return header.word(1).toLowerCase(Locale.ROOT);
    }

    private static boolean isForwarded(Directive header) {
        return FORWARDED.stream().anyMatch(header.word(1)::equalsIgnoreCase);
    }

    private static boolean tellsOfClient(Directive header) {
        return isForwarded(header) && !header.word(2).isEmpty();
    }

    // ---- remarks ----

    void remark(HttpRule rule, Remarks remarks) {
        if (rule.forwardedHeaders()) {
            remarkWider(remarks);
        }
        for (Directive header : inForce) {
            switch (name(header)) {
                case "host" -> host(header, remarks);
                case "upgrade" -> upgrade(header, rule, remarks);
                case "connection" -> remarks.notNeeded(header.statement(), "usher sets Connection itself");
                default -> other(header, remarks);
            }
        }
    }

    private void remarkWider(Remarks remarks) {
        boolean all = FORWARDED.stream().allMatch(name -> sets(name.toLowerCase(Locale.ROOT), Set.of("")));
        Directive first =
                inForce.stream().filter(NginxHeaders::tellsOfClient).findFirst().orElse(null);
        if (!all) {
            remarks.changed(Objects.requireNonNull(first).statement(), "usher adds all of " + ALL_FORWARDED);
        }
    }

    private static void host(Directive header, Remarks remarks) {
        if (HOST.contains(header.word(2))) {
            remarks.notNeeded(header.statement(), "usher keeps the Host");
        } else {
            remarks.changed(header.statement(), "usher keeps the Host of the request");
        }
    }

    private static void upgrade(Directive header, HttpRule rule, Remarks remarks) {
        if (!rule.websocket()) {
            remarks.notNeeded(header.statement(), "no upgrade passes here");
        } else if (!header.word(2).equalsIgnoreCase("websocket")) {
            remarks.changed(header.statement(), "usher lets WebSockets pass, and no other upgrade");
        }
    }

    private static void other(Directive header, Remarks remarks) {
        if (!isForwarded(header)) {
            remarks.leftOut(header.statement(), "usher adds " + ALL_FORWARDED + " alone");
        } else if (header.word(2).isEmpty()) {
            remarks.notNeeded(header.statement(), "usher leaves out what clients say of themselves");
        } else if (!AS_USHER.contains(header.word(2))) {
            remarks.changed(
                    header.statement(),
                    "usher tells of its own client, as seen by usher, and leaves out what the client says");
        }
    }
}
