package dev.usher.server.convert.haproxy;

import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.HttpRule.Action;
import dev.usher.config.ListenerType;
import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Request;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.haproxy.HaproxyAcls.Literal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a section of {@code mode http} without TLS: the redirect to https, requests of ACME servers, and requests by
 * host.
 */
final class HaproxyHttp {
    private final HaproxySection section;
    private final HaproxyPools pools;
    private final Remarks remarks;
    private final HaproxyAcls acls;
    private final ListenerDraft listener;
    private final @Nullable HaproxyLine forwarded;
    private boolean redirects;
    /** True exactly when a redirect holds for every host. */
    private boolean redirectsAll;

    HaproxyHttp(HaproxySection section, HaproxyPools pools, Remarks remarks) {
        this.section = section;
        forwarded = section.last("option", "forwardfor");
        this.pools = pools;
        this.remarks = remarks;
        acls = new HaproxyAcls(remarks);
        listener = new ListenerDraft(section.name(), section.whole());
    }

    /** The listener; null if usher has nothing of the section. */
    @Nullable
    ListenerDraft read() {
        listener.type(ListenerType.HTTP);
        section.lines().stream().filter(line -> line.first().equals("acl")).forEach(acls::add);
        section.lines().forEach(this::take);
        HaproxyLine fallback = section.last("default_backend");
        if (fallback != null) {
            otherwise(fallback.statement(), fallback.word(1));
        } else if (section.kind().equals("listen")) {
            otherwise(section.head().statement(), section.name());
        }
        acls.remarkUnused();
        remarkForwarded();
        boolean serves = redirects || !listener.requests().isEmpty() || listener.otherwise() != null;
        return serves ? listener : null;
    }

    private void take(HaproxyLine line) {
        if (isRedirect(line)) {
            redirect(line);
            return;
        }
        switch (line.first()) {
            case "bind" -> HaproxyBind.read(line, listener, remarks);
            case "mode", "acl", "default_backend" -> {} // read with the rest of the section
            case "use_backend" -> useBackend(line);
            case "maxconn" -> set(line, () -> listener.maxConnections(HaproxyValue.number(line.word(1))));
            default -> {
                boolean taken = line.begins("option", "forwardfor") || new HaproxyPool("").take(line, new Remarks());
                if (!taken) {
                    HaproxyKnown.remark(line, remarks);
                }
            }
        }
    }

    private void set(HaproxyLine line, Runnable setting) {
        remarks.tried(line.statement(), () -> {
            setting.run();
            return "";
        });
    }

    // ---- the redirect ----

    private static boolean isRedirect(HaproxyLine line) {
        int scheme = line.words().indexOf("scheme");
        boolean redirects = line.first().equals("redirect") || line.begins("http-request", "redirect");
        return redirects && scheme > 0 && line.word(scheme + 1).equals("https");
    }

    private void redirect(HaproxyLine line) {
        List<List<Literal>> alternatives = alternatives(line);
        if (alternatives == null) {
            return;
        }
        if (!alternatives.stream().flatMap(List::stream).allMatch(HaproxyHttp::isForRedirects)) {
            remarks.leftOut(line.statement(), "usher redirects by host, and every path but that of ACME servers");
            return;
        }
        redirects = true;
        redirectsAll |= alternatives.stream()
                .anyMatch(
                        parts -> parts.stream().noneMatch(part -> part.allAre(HaproxyTest::isHost) && !part.negated()));
        int code = line.words().indexOf("code");
        String status = code > 0 ? line.word(code + 1) : "302";
        if (status.equals("302") || status.equals("303")) {
            remarks.changed(line.statement(), "usher has no status " + status + ": 307 is used");
            listener.redirect(307);
        } else {
            set(line, () -> listener.redirect(HttpConfig.redirect(status)));
        }
    }

    /** Without TLS the negation of {@code ssl_fc} is met by every request. */
    private static boolean isForRedirects(Literal part) {
        return part.allAre(HaproxyTest::isHost)
                || (part.negated() && (part.allAre(HaproxyTest::isAcme) || part.allAre(HaproxyTest::isOverTls)));
    }

    // ---- backends ----

    private void useBackend(HaproxyLine line) {
        List<List<Literal>> alternatives = alternatives(line);
        for (List<Literal> parts : alternatives == null ? List.<List<Literal>>of() : alternatives) {
            set(line, () -> add(line.statement(), line.word(1), parts));
        }
    }

    private @Nullable List<List<Literal>> alternatives(HaproxyLine line) {
        List<String> condition = line.condition();
        return condition == null
                ? List.of(List.of())
                : remarks.tried(line.statement(), () -> acls.alternatives(line, condition));
    }

    private void add(Statement statement, String backend, List<Literal> parts) {
        Action action = Action.FORWARD;
        List<RoutePattern> patterns = null;
        for (Literal part : parts) {
            boolean acme = part.allAre(HaproxyTest::isAcme);
            if (part.negated() || !(acme || (patterns == null && part.allAre(HaproxyTest::isHost)))) {
                throw new IllegalArgumentException(
                        part.text() + ": of requests usher looks at the host alone, and at the path of ACME servers");
            }
            action = acme ? Action.ACME : action;
            patterns = acme ? patterns : patterns(part);
        }
        if (patterns == null && action == Action.FORWARD) {
            otherwise(statement, backend);
        } else if (pools.serves(statement, backend, section)) {
            request(statement, patterns, action, backend);
        }
    }

    private List<RoutePattern> patterns(Literal part) {
        return part.anyOf().stream()
                .flatMap(test -> test.names(remarks).stream())
                .map(Names::patterns)
                .flatMap(List::stream)
                .toList();
    }

    private void request(Statement statement, @Nullable List<RoutePattern> patterns, Action action, String backend) {
        HttpRule rule = rule(action, backend);
        if (patterns == null) {
            listener.add(new Request(statement, null, rule));
        } else {
            patterns.forEach(pattern -> listener.add(new Request(statement, pattern, rule)));
        }
    }

    /** HAProxy lets every upgrade pass. */
    private HttpRule rule(Action action, String backend) {
        return new HttpRule(action, backend, forwarded != null, action == Action.FORWARD);
    }

    /**
     * The backend of the rest. Behind a redirect nothing is left for the backend but requests of ACME servers; alone,
     * the backend needs no look at requests.
     */
    private void otherwise(Statement statement, String backend) {
        boolean own = backend.equals(section.name()) && pools.of(backend, section) == null;
        if (own || !pools.serves(statement, backend, section)) {
            return;
        }
        if (redirectsAll && listener.requests().stream().anyMatch(request -> request.pattern() == null)) {
            remarks.notNeeded(statement, "every other request is redirected");
        } else if (redirectsAll) {
            listener.add(new Request(statement, null, rule(Action.ACME, backend)));
        } else if (redirects || !listener.requests().isEmpty()) {
            remarks.changed(statement, "names that have a route, and no rule here, are redirected");
            Rule rule = new Rule(statement, null, backend, null, List.of(), List.of());
            listener.otherwise(rule, rule(Action.FORWARD, backend));
        } else if (listener.otherwise() == null) {
            listener.type(ListenerType.TCP);
            listener.otherwise(new Rule(statement, null, backend, null, List.of(), List.of()));
            remarks.changed(statement, "usher relays the connection, and does not look at its requests");
        }
    }

    private void remarkForwarded() {
        if (forwarded == null) {
            return;
        }
        if (listener.type() == ListenerType.TCP) {
            remarks.leftOut(
                    forwarded.statement(), "a relayed connection has no headers of usher's: see send_proxy_protocol");
        } else {
            remarks.changed(
                    forwarded.statement(),
                    "usher adds Forwarded, X-Forwarded-Host and X-Forwarded-Proto too, and leaves out what clients say");
        }
    }
}
