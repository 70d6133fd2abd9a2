package dev.usher.server.convert.haproxy;

import dev.usher.config.BackendConfig;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.haproxy.HaproxyAcls.Literal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a {@code frontend}, or the frontend's part of a {@code listen} section, into a listener. */
final class HaproxyFrontend {
    private final HaproxySection section;
    private final HaproxyPools pools;
    private final Remarks remarks;
    private final ListenerDraft listener;
    private final HaproxyAcls acls;
    private boolean examined;
    /** True exactly when the first rule for every name is for hellos alone. */
    private boolean helloOnly;
    /** Clients that are let through without a hello, and go by the default. */
    private final List<HaproxyMatch> letThrough = new ArrayList<>();

    HaproxyFrontend(HaproxySection section, HaproxyPools pools, Remarks remarks) {
        this.section = section;
        this.pools = pools;
        this.remarks = remarks;
        listener = new ListenerDraft(section.name(), section.whole());
        acls = new HaproxyAcls(remarks);
    }

    ListenerDraft read() {
        Remarks muted = new Remarks();
        section.inherited().forEach(line -> setting(line, muted));
        section.lines().stream().filter(line -> line.first().equals("acl")).forEach(acls::add);
        section.lines().forEach(this::take);
        if (section.kind().equals("listen") && listener.otherwise() == null) {
            otherwise(section.head().statement(), section.name(), new HaproxyMatch(List.of(), remarks));
        }
        HaproxyLine fallback = section.last("default_backend");
        if (fallback != null) {
            otherwise(fallback.statement(), fallback.word(1), new HaproxyMatch(List.of(), remarks));
        }
        acls.remarkUnused();
        listener.type(listener.hasRules() || examined ? ListenerType.TLS : ListenerType.TCP);
        return listener;
    }

    /** Takes a setting of {@code defaults} or of the section over; false if the line is no setting of listeners. */
    boolean setting(HaproxyLine line, Remarks to) {
        if (line.first().equals("maxconn")) {
            to.tried(line.statement(), () -> {
                listener.maxConnections(HaproxyValue.number(line.word(1)));
                return "";
            });
            return true;
        }
        return List.of("mode", "default_backend").contains(line.first());
    }

    private void take(HaproxyLine line) {
        if (setting(line, remarks)) {
            return;
        }
        switch (line.first()) {
            case "bind" -> HaproxyBind.read(line, listener, remarks);
            case "acl" -> {} // read before the rules
            case "use_backend" -> useBackend(line);
            case "tcp-request" -> request(line);
            default -> {
                boolean ofPool = new HaproxyPool("").take(line, new Remarks());
                if (!ofPool
                        || (section.kind().equals("frontend") && line.first().equals("option"))) {
                    HaproxyKnown.remark(line, remarks);
                }
            }
        }
    }

    // ---- rules ----

    private void useBackend(HaproxyLine line) {
        List<List<Literal>> alternatives = alternatives(line);
        if (alternatives == null) {
            return;
        }
        HaproxyBackendName name = new HaproxyBackendName(line, remarks);
        for (List<Literal> parts : alternatives) {
            HaproxyMatch match = remarks.tried(line.statement(), () -> new HaproxyMatch(parts, remarks));
            if (match != null && match.isBesideTls()) {
                besideTls(line.statement(), line.word(1), match);
            } else if (match != null && name.isFixed()) {
                add(line.statement(), line.word(1), match);
            } else if (match != null && match.patterns() == null && match.isOpen()) {
                name.rules(pools.names())
                        .forEach((pattern, backend) -> addRule(line.statement(), pattern, backend, match));
                name.otherwise().ifPresent(backend -> otherwise(line.statement(), backend, match));
            } else if (match != null) {
                remarks.leftOut(line.statement(), "usher has no condition for a whole map");
            }
        }
    }

    /** The alternatives of a line's condition; null after a remark. */
    private @Nullable List<List<Literal>> alternatives(HaproxyLine line) {
        List<String> condition = line.condition();
        return condition == null
                ? List.of(List.of())
                : remarks.tried(line.statement(), () -> acls.alternatives(line, condition));
    }

    private void add(Statement statement, String backend, HaproxyMatch match) {
        List<RoutePattern> patterns = match.patterns();
        if (patterns != null && patterns.isEmpty()) {
            examined = true;
            remarks.leftOut(statement, "no name is left");
        } else if (patterns != null) {
            patterns.forEach(pattern -> addRule(statement, pattern, backend, match));
        } else if (match.alpn().isEmpty()) {
            otherwise(statement, backend, match);
        } else {
            addRule(statement, null, backend, match);
        }
    }

    /** Serves clients that send no hello. */
    private void besideTls(Statement statement, String backend, HaproxyMatch match) {
        examined = true;
        if (pools.serves(statement, backend, section)) {
            Rule rule = new Rule(statement, null, backend, null, List.of(), List.of());
            match.protocols().forEach(protocol -> listener.notTls(protocol, rule));
            if (match.isSilent()) {
                listener.silent(rule);
            }
        }
    }

    private void addRule(Statement statement, @Nullable RoutePattern pattern, String backend, HaproxyMatch match) {
        examined = true;
        if (!pools.serves(statement, backend, section)) {
            return;
        }
        if (!match.isOpen() && match.alpn().isEmpty()) {
            remarks.changed(statement, "clients from elsewhere are refused, and have no later rule");
        }
        if (match.alpn().isEmpty()) {
            listener.add(new Rule(statement, pattern, backend, null, match.allow(), match.deny()));
        } else if (!match.isOpen()) {
            remarks.leftOut(statement, "a protocol's pool has no sources of its own in usher");
        } else {
            match.alpn()
                    .forEach(protocol ->
                            listener.add(new Rule(statement, pattern, backend, protocol, List.of(), List.of())));
        }
    }

    /** Serves names without a rule; the first such line counts. */
    private void otherwise(Statement statement, String backend, HaproxyMatch match) {
        letThrough.forEach(clients -> besideTls(statement, backend, clients));
        letThrough.clear();
        if (listener.otherwise() != null) {
            if (helloOnly && !match.isHello() && match.isAlways()) {
                besideTls(statement, backend, HaproxyMatch.notTls());
            } else if (!listener.otherwise().statement().equals(statement)) {
                remarks.leftOut(
                        statement,
                        "names without a rule go by line "
                                + listener.otherwise().statement().line() + " already");
            }
            return;
        }
        helloOnly = match.isHello();
        HaproxyPool pool = pools.of(backend, section);
        if (pool == null) {
            pools.serves(statement, backend, section);
            return;
        }
        useServers(pool);
        if (match.anyName()) {
            examined = true;
            listener.namesOnly();
        }
        if (!pool.pool().backends().isEmpty()) {
            listener.otherwise(new Rule(statement, null, backend, null, match.allow(), match.deny()));
        }
    }

    /** Rules of a backend by server name. */
    private void useServers(HaproxyPool pool) {
        HaproxySection owner = section.name().equals(pool.pool().name())
                ? section
                : pools.section(pool.pool().name());
        HaproxyAcls own = new HaproxyAcls(remarks);
        owner.lines().stream().filter(line -> line.first().equals("acl")).forEach(own::add);
        for (HaproxyLine line : pool.useServer()) {
            remarks.tried(line.statement(), () -> {
                useServer(line, pool, own);
                return "";
            });
        }
    }

    private void useServer(HaproxyLine line, HaproxyPool pool, HaproxyAcls own) {
        BackendConfig server = pool.servers().get(line.word(1));
        List<String> condition = line.condition();
        if (server == null || condition == null) {
            throw new IllegalArgumentException("use-server needs the name of a server and a condition by name");
        }
        String single = pools.single(pool, line.word(1), server);
        for (List<Literal> parts : own.alternatives(line, condition)) {
            HaproxyMatch match = new HaproxyMatch(parts, remarks);
            List<RoutePattern> patterns = match.patterns();
            if (patterns == null || !match.isOpen() || !match.alpn().isEmpty()) {
                throw new IllegalArgumentException("usher chooses a server by name alone");
            }
            examined = true;
            patterns.forEach(pattern -> listener.add(Rule.of(line.statement(), pattern, single)));
        }
    }

    // ---- tcp-request ----

    private void request(HaproxyLine line) {
        if (line.begins("tcp-request", "inspect-delay")) {
            examined = true;
            remarks.tried(line.statement(), () -> {
                listener.helloTimeout(HaproxyValue.time(line.word(2), ClientHelloConfig.TIMEOUT));
                return "";
            });
            return;
        }
        String action = line.word(2);
        switch (action) {
            case "accept" -> accept(line);
            case "reject" -> reject(line);
            case "capture" -> remarks.notNeeded(line.statement(), "the access log has the server name");
            default -> {
                if (action.startsWith("set-var")) {
                    remarks.notNeeded(line.statement(), "usher has no variables; the access log has the server name");
                } else {
                    remarks.leftOut(line.statement(), "usher has no such action");
                }
            }
        }
    }

    private void accept(HaproxyLine line) {
        List<List<Literal>> alternatives = alternatives(line);
        if (alternatives == null) {
            return;
        }
        for (List<Literal> parts : alternatives) {
            HaproxyMatch match = remarks.tried(line.statement(), () -> new HaproxyMatch(parts, remarks));
            if (match != null && match.isBesideTls()) {
                letThrough.add(match);
                remarks.notNeeded(line.statement(), "usher tells protocols apart by their first bytes");
            } else if (match != null && match.isOpen()) {
                examined |= !parts.isEmpty();
                remarks.notNeeded(line.statement(), "usher always waits for the whole ClientHello");
            } else if (match != null) {
                remarks.leftOut(
                        line.statement(), "usher has allow and deny for routes, which refuse and let nothing past");
            }
        }
    }

    private void reject(HaproxyLine line) {
        List<List<Literal>> alternatives = alternatives(line);
        for (List<Literal> parts : alternatives == null ? List.<List<Literal>>of() : alternatives) {
            if (parts.isEmpty() || parts.stream().allMatch(HaproxyFrontend::isNotTls)) {
                remarks.notNeeded(line.statement(), "usher refuses hellos that are not TLS");
                continue;
            }
            HaproxyMatch match = remarks.tried(line.statement(), () -> new HaproxyMatch(parts, remarks));
            if (match != null && match.isBesideTls()) {
                remarks.notNeeded(line.statement(), "usher refuses protocols without a pool in not_tls");
            } else if (match != null
                    && match.patterns() == null
                    && match.alpn().isEmpty()
                    && !match.anyName()
                    && (match.allow().isEmpty() != match.deny().isEmpty())) {
                listener.deny().addAll(match.allow());
                listener.allow().addAll(match.deny());
            } else if (match != null) {
                remarks.leftOut(line.statement(), "usher refuses names without a route, and has no rule for others");
            }
        }
    }

    private static boolean isNotTls(Literal part) {
        return part.negated() && part.allAre(HaproxyTest::isHello);
    }
}
