package dev.usher.server.convert.sniproxy;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.config.RoutePattern;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.config.UnixPath;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.NameRegex;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Reasons;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Request;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads sniproxy's configuration. */
public final class SniproxyReader {
    private static final Set<String> PROCESS =
            Set.of("user", "username", "group", "groupname", "pidfile", "per_connection_log");
    private static final Set<String> LOGS = Set.of("error_log", "access_log");
    private static final int HTTPS = 443;
    /** The longest name with a port. */
    private static final int MAX_ADDRESS = 260;

    private final Draft draft;
    private final Remarks remarks;
    private final Map<String, SniproxyStatement> tables = new HashMap<>();
    /** Pools by address and options. */
    private final Map<List<String>, String> pools = new HashMap<>();

    private final Set<String> used = new HashSet<>();

    /**
     * A listener in the making.
     *
     * @param source the statement with the address for connections to backends; null without
     */
    private record Listening(
            ListenerDraft draft, HostPort bind, @Nullable SniproxyStatement source) {}

    private SniproxyReader(Draft draft) {
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    /** Fills the draft; throws {@code Unreadable} at the first fault of the text. */
    public static void read(List<PeerText> files, Draft draft) {
        List<SniproxyStatement> all = new ArrayList<>();
        files.forEach(file -> all.addAll(SniproxyParser.read(file)));
        SniproxyReader reader = new SniproxyReader(draft);
        all.stream()
                .filter(each -> each.name().equals("table"))
                .forEach(each -> reader.tables.putIfAbsent(each.word(1), each));
        all.forEach(reader::take);
        reader.tables.forEach((name, table) -> {
            if (!reader.used.contains(name)) {
                draft.remarks().leftOut(table.statement(), "no listener that usher takes over has this table");
            }
        });
    }

    private void take(SniproxyStatement statement) {
        switch (statement.name()) {
            case "listener", "listen" -> listener(statement);
            case "table" -> {} // read with the listener
            case "resolver" -> resolver(statement);
            default -> {
                if (LOGS.contains(statement.name())) {
                    log(statement);
                } else if (PROCESS.contains(statement.name())) {
                    remarks.notNeeded(statement.statement(), "belongs to the process: see deploy/usher.service");
                } else {
                    remarks.leftOut(statement.statement(), Reasons.NO_EQUAL);
                }
            }
        }
    }

    private void log(SniproxyStatement statement) {
        remarks.notNeeded(
                statement.statement(), "usher has an access log of its own, with the server name: docs/access-log.md");
    }

    private void resolver(SniproxyStatement resolver) {
        List<HostPort> servers = new ArrayList<>();
        Family family = Family.ANY;
        for (SniproxyStatement each : resolver.block()) {
            switch (each.name()) {
                case "nameserver" ->
                    remarks.tried(each.statement(), () -> servers.add(ResolveConfig.server(each.word(1))));
                case "mode" -> family = family(each);
                case "search" ->
                    remarks.leftOut(each.statement(), "usher looks names up as they are, without search domains");
                default -> remarks.leftOut(each.statement(), Reasons.NO_EQUAL);
            }
        }
        ResolveConfig usual = ResolveConfig.DEFAULT;
        Family found = family;
        remarks.tried(resolver.statement(), () -> {
            draft.resolve(new ResolveConfig(usual.interval(), found, usual.timeout(), servers, usual.hostsFile()));
            return "";
        });
    }

    private Family family(SniproxyStatement mode) {
        return switch (mode.word(1)) {
            case "ipv4_only" -> Family.IPV4;
            case "ipv6_only" -> Family.IPV6;
            default -> {
                remarks.changed(mode.statement(), "usher tries the addresses of both families");
                yield Family.ANY;
            }
        };
    }

    // ---- listeners ----

    private void listener(SniproxyStatement statement) {
        String protocol = setting(statement, "proto", setting(statement, "protocol", "http"));
        if (!List.of("tls", "http").contains(protocol)) {
            remarks.leftOut(statement.statement(), "protocol " + protocol + ": usher has no such listener");
            return;
        }
        HostPort bind = remarks.tried(statement.statement(), () -> bind(statement));
        if (bind == null) {
            return;
        }
        ListenerDraft listener =
                new ListenerDraft(bind.port() == HTTPS ? "https" : "port-" + bind.port(), statement.statement());
        listener.type(protocol.equals("tls") ? ListenerType.TLS : ListenerType.HTTP);
        listener.bind(bind);
        SniproxyStatement source = statement.block().stream()
                .filter(each -> each.name().equals("source"))
                .findFirst()
                .orElse(null);
        Listening on = new Listening(listener, bind, source);
        statement.block().forEach(each -> ofListener(each, on));
        if (statement.block().stream().noneMatch(each -> each.name().equals("table"))) {
            table("", on, statement.statement());
        }
        draft.add(listener);
    }

    private static String setting(SniproxyStatement statement, String name, String otherwise) {
        return statement.block().stream()
                .filter(each -> each.name().equals(name))
                .map(each -> each.word(1))
                .findFirst()
                .orElse(otherwise);
    }

    /** A port alone is every address of both families, unless {@code ipv6_v6only} says so. */
    private static HostPort bind(SniproxyStatement listener) {
        String text = listener.word(1);
        if (text.startsWith(UnixPath.SCHEME)) {
            throw new IllegalArgumentException("only TCP ports are taken over; a unix socket is written bind: " + text);
        }
        boolean port = !text.isEmpty() && text.chars().allMatch(Character::isDigit);
        HostPort bind = HostPort.parseBind(port ? ":" + text : text);
        HostPort.PORT.check(bind.port(), "port");
        boolean only = setting(listener, "ipv6_v6only", "no").matches("yes|on|true|1");
        boolean both = bind.host().isEmpty() || bind.host().equals("::");
        return both ? new HostPort(only ? "::" : "", bind.port()) : bind;
    }

    private void ofListener(SniproxyStatement statement, Listening on) {
        switch (statement.name()) {
            case "proto", "protocol", "ipv6_v6only" -> {} // read with the listener
            case "table" -> table(statement.word(1), on, statement.statement());
            case "fallback" -> fallback(statement, on);
            case "reuseport", "access_log", "bad_requests" ->
                remarks.notNeeded(statement.statement(), "usher does so by itself, and has a log of its own");
            case "source" -> {} // read with the pools
            default -> remarks.leftOut(statement.statement(), Reasons.NO_EQUAL);
        }
    }

    private void fallback(SniproxyStatement statement, Listening on) {
        String pool = pool(
                statement.statement(),
                statement.words().subList(1, statement.words().size()),
                on,
                "fallback");
        if (pool == null) {
            return;
        }
        Rule rule = new Rule(statement.statement(), null, pool, null, List.of(), List.of());
        if (on.draft().type().speaksHttp()) {
            remarks.changed(statement.statement(), "usher refuses requests that name no host");
        } else {
            on.draft().notTls(NotTls.Protocol.OTHER, rule);
        }
        on.draft().otherwise(rule);
    }

    // ---- tables ----

    private void table(String name, Listening on, Statement owner) {
        SniproxyStatement table = tables.get(name);
        if (table == null) {
            remarks.leftOut(owner, "there is no table " + (name.isEmpty() ? "without a name" : name));
            return;
        }
        used.add(name);
        for (SniproxyStatement entry : table.block()) {
            if (entry.words().size() == 1) {
                remarks.leftOut(entry.statement(), Reasons.NO_EQUAL);
            } else if (!entry.name().equals("use_proxy_header")) {
                entry(entry, on);
            }
        }
    }

    private void entry(SniproxyStatement entry, Listening on) {
        ListenerDraft listener = on.draft();
        String expression = entry.name();
        List<String> target = entry.words().subList(1, entry.words().size());
        if (isAny(expression)) {
            String pool = pool(entry.statement(), target, on, "default");
            if (pool != null && listener.otherwise() == null) {
                listener.otherwise(new Rule(entry.statement(), null, pool, null, List.of(), List.of()));
                listener.namesOnly();
            }
            return;
        }
        Names names = names(expression);
        if (names.isNone()) {
            remarks.leftOut(entry.statement(), "the expression is no list of names or suffixes, which usher has alone");
            return;
        }
        String first = names.patterns().getFirst().name();
        String pool = pool(entry.statement(), target, on, first);
        if (pool != null) {
            names.patterns().forEach(pattern -> add(entry.statement(), pattern, pool, listener));
            if (!names.difference().isEmpty()) {
                remarks.changed(entry.statement(), names.difference());
            }
        }
    }

    private static void add(Statement entry, RoutePattern pattern, String pool, ListenerDraft listener) {
        if (listener.type().speaksHttp()) {
            listener.add(new Request(entry, pattern, Request.relayed(pool)));
        } else {
            listener.add(Rule.of(entry, pattern, pool));
        }
    }

    private static boolean isAny(String expression) {
        return expression.matches("\\^?(?:\\.\\*|\\.\\+|\\.|\\*)\\$?|\\^?\\(\\.[*+]\\)\\$?");
    }

    /** A plain name was meant as a name, though sniproxy finds the text anywhere in a name. */
    private static Names names(String expression) {
        if (expression.matches("[\\w-]+(?:\\.[\\w-]+)+")) {
            return Names.near(
                    "." + expression, "sniproxy finds the text anywhere in a name; here the name and those below");
        }
        return NameRegex.read(expression, false);
    }

    /** The pool of a target; null after a remark. */
    private @Nullable String pool(Statement statement, List<String> target, Listening on, String name) {
        String text = target.isEmpty() ? "" : target.getFirst();
        Address address = remarks.tried(statement, () -> address(text, on.bind().port()));
        if (address == null) {
            return null;
        }
        List<String> withPort = List.of(address.toString(), target.toString(), String.valueOf(on.source()));
        String known = pools.get(withPort);
        if (known != null) {
            return known;
        }
        PoolDraft pool = new PoolDraft(draft.pool(name) == null ? name : name + "-" + statement.line());
        pool.add(BackendConfig.of(address));
        for (String option : target.subList(1, target.size())) {
            if (option.equals("proxy_protocol")) {
                pool.sendProxyProtocol(SendProxyProtocol.V1);
            } else {
                remarks.leftOut(statement, option + ": usher has no such option");
            }
        }
        SniproxyStatement source = on.source();
        if (source != null) {
            remarks.tried(source.statement(), () -> {
                pool.source(source.statement(), SourceAddress.parse(source.word(1)));
                return "";
            });
        }
        draft.add(pool);
        pools.put(withPort, pool.name());
        return pool.name();
    }

    private static Address address(String text, int port) {
        if (text.length() > MAX_ADDRESS) {
            throw new IllegalArgumentException("this is no address");
        }
        if (text.equals("*") || text.startsWith("*:")) {
            return HostPort.parse("{name}" + (text.equals("*") ? ":" + port : text.substring(1)));
        }
        if (text.startsWith(UnixPath.SCHEME)) {
            return Address.parse(text);
        }
        boolean hasPort = !text.endsWith("]") && text.matches(".*:\\d+") && !text.matches("[^\\[]*:.*:\\d+");
        boolean ipv6 = text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[");
        return HostPort.parse(hasPort ? text : (ipv6 ? "[" + text + "]" : text) + ":" + port);
    }
}
