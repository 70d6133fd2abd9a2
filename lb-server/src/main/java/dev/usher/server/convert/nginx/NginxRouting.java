package dev.usher.server.convert.nginx;

import dev.usher.config.NotTls;
import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Follows {@code proxy_pass} through maps, and makes a rule for each name with a pool. */
final class NginxRouting {
    private static final String NAME = "ssl_preread_server_name";
    private static final String ALPN = "ssl_preread_alpn_protocols";
    private static final String PROTOCOL = "ssl_preread_protocol";
    private static final String PORT = "server_port";
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    /** An expression for a single protocol: {@code ~\bacme-tls/1\b}. */
    private static final Pattern ONE_PROTOCOL = Pattern.compile("~?\\*?\\^?(?:\\\\b)?([\\w./\\\\-]+?)(?:\\\\b)?\\$?");
    /** A circle of maps ends here. */
    private static final int MAX_DEPTH = 8;

    private final NginxStream stream;
    private final ListenerDraft listener;
    private final List<Directive> settings;
    private final Remarks remarks;
    private boolean byName;

    /**
     * A possible way of a connection.
     *
     * @param statement where the way was decided last
     * @param patterns names for this way; null for every name
     * @param nameless whether hellos without a name go there alone
     * @param alpn protocol of the hellos; null for any
     * @param plain whether clients without TLS go there alone
     * @param target an upstream or an address, perhaps with variables
     */
    private record Way(
            Statement statement,
            @Nullable List<RoutePattern> patterns,
            boolean nameless,
            @Nullable String alpn,
            boolean plain,
            String target,
            int depth) {
        Way to(Statement at, String newTarget) {
            return new Way(at, patterns, nameless, alpn, plain, newTarget, depth + 1);
        }

        /** The way with usher's placeholder for a variable of the connection. */
        Way filledIn(Matcher variable, String placeholder) {
            return to(
                    statement, target.substring(0, variable.start()) + placeholder + target.substring(variable.end()));
        }
    }

    NginxRouting(NginxStream stream, ListenerDraft listener, List<Directive> settings, Remarks remarks) {
        this.stream = stream;
        this.listener = listener;
        this.settings = settings;
        this.remarks = remarks;
    }

    /**
     * Adds the rules of a server.
     *
     * @param names of {@code server_name}; empty for a server of every name
     * @return whether names decide
     */
    boolean pass(Directive pass, List<String> names) {
        List<RoutePattern> patterns = names.stream()
                .map(name -> remarks.tried(pass.statement(), () -> Names.of(name)))
                .filter(found -> found != null)
                .flatMap(found -> found.patterns().stream())
                .toList();
        follow(new Way(pass.statement(), names.isEmpty() ? null : patterns, false, null, false, pass.word(1), 0));
        return byName;
    }

    private void follow(Way way) {
        Matcher variable = VARIABLE.matcher(way.target());
        if (!variable.find()) {
            arrive(way);
            return;
        }
        String name = variable.group(1) == null ? variable.group(2) : variable.group(1);
        NginxMap map = stream.map(name);
        if (name.equals(NAME)) {
            byName = true;
            if (!way.plain()) { // without a hello the name is empty, and leads nowhere
                follow(way.filledIn(variable, "{name}"));
            }
        } else if (name.equals(PORT)) {
            follow(way.filledIn(variable, "{port}"));
        } else if (map == null) {
            remarks.leftOut(way.statement(), "usher does not know $" + name);
        } else if (way.depth() >= MAX_DEPTH) {
            remarks.leftOut(way.statement(), "too many maps lead to each other");
        } else {
            followMap(way, map, variable);
        }
    }

    private void followMap(Way way, NginxMap map, Matcher variable) {
        if (way.plain()) {
            plain(way, map, variable);
            return;
        }
        switch (map.source()) {
            case NAME -> byName(way, map, variable);
            case ALPN -> byAlpn(way, map, variable);
            case PROTOCOL -> byProtocol(way, map, variable);
            default ->
                remarks.leftOut(
                        way.statement(),
                        "usher has maps from the server name and ALPN alone, not from $" + map.source());
        }
    }

    private static String replaced(Way way, Matcher variable, Directive entry) {
        return way.target().substring(0, variable.start())
                + entry.word(1)
                + way.target().substring(variable.end());
    }

    private void byName(Way way, NginxMap map, Matcher variable) {
        byName = true;
        if (way.patterns() != null) {
            remarks.leftOut(way.statement(), "usher compares a name once");
            return;
        }
        for (Directive entry : map.entries()) {
            String target = replaced(way, variable, entry);
            if (entry.name().isEmpty()) {
                follow(new Way(entry.statement(), null, true, way.alpn(), false, target, way.depth() + 1));
                continue;
            }
            List<RoutePattern> patterns = map.names(entry, remarks).patterns();
            if (!patterns.isEmpty()) {
                follow(new Way(entry.statement(), patterns, false, way.alpn(), false, target, way.depth() + 1));
            }
        }
        Directive otherwise = map.otherwise();
        if (otherwise != null) {
            follow(way.to(otherwise.statement(), replaced(way, variable, otherwise)));
        }
    }

    private void byAlpn(Way way, NginxMap map, Matcher variable) {
        byName = true;
        for (Directive entry : map.entries()) {
            Matcher protocol = ONE_PROTOCOL.matcher(entry.name());
            if (way.alpn() != null || !protocol.matches()) {
                remarks.leftOut(entry.statement(), "usher has a pool for a protocol, and none for several together");
            } else {
                String offered = protocol.group(1).replace("\\", "");
                String target = replaced(way, variable, entry);
                follow(new Way(
                        entry.statement(), way.patterns(), way.nameless(), offered, false, target, way.depth() + 1));
            }
        }
        Directive otherwise = map.otherwise();
        if (otherwise != null) {
            follow(way.to(otherwise.statement(), replaced(way, variable, otherwise)));
        }
    }

    /** TLS of any version goes a single way; an empty protocol stands for a client without TLS. */
    private void byProtocol(Way way, NginxMap map, Matcher variable) {
        byName = true;
        List<Directive> versions =
                map.entries().stream().filter(entry -> !entry.name().isEmpty()).toList();
        boolean plainByName = versions.size() < map.entries().size();
        Directive otherwise = map.otherwise();
        if (way.patterns() == null && (plainByName || !versions.isEmpty())) {
            plain(new Way(way.statement(), null, false, null, true, way.target(), way.depth()), map, variable);
        }
        Directive tls = otherwise != null && (plainByName || versions.isEmpty())
                ? otherwise
                : versions.stream().findFirst().orElse(null);
        if (tls == null) {
            return;
        }
        for (Directive version : versions) {
            if (!version.word(1).equals(tls.word(1))) {
                remarks.leftOut(version.statement(), "usher does not look at the version of TLS");
            }
        }
        follow(way.to(tls.statement(), replaced(way, variable, tls)));
    }

    /** A client without TLS has an empty protocol, an empty name, and offers nothing. */
    private void plain(Way way, NginxMap map, Matcher variable) {
        Directive entry = map.entries().stream()
                .filter(each -> each.name().isEmpty())
                .findFirst()
                .orElse(map.otherwise());
        if (entry != null) {
            follow(way.to(entry.statement(), replaced(way, variable, entry)));
        }
    }

    private void arrive(Way way) {
        String pool = remarks.tried(way.statement(), () -> stream.pool(way.target(), settings));
        if (pool == null) {
            return;
        }
        if (way.plain()) {
            listener.notTls(NotTls.Protocol.OTHER, rule(way, null, pool));
        } else if (way.patterns() != null) {
            byName = true;
            way.patterns().forEach(pattern -> listener.add(rule(way, pattern, pool)));
        } else if (way.alpn() != null) {
            listener.add(rule(way, null, pool));
        } else if (way.nameless()) {
            listener.nameless(rule(way, null, pool));
        } else if (listener.otherwise() == null) {
            listener.otherwise(rule(way, null, pool));
        } else {
            remarks.leftOut(
                    way.statement(),
                    "names without a rule go by line "
                            + listener.otherwise().statement().line() + " already");
        }
    }

    private static Rule rule(Way way, @Nullable RoutePattern pattern, String pool) {
        return new Rule(way.statement(), pattern, pool, way.alpn(), List.of(), List.of());
    }
}
