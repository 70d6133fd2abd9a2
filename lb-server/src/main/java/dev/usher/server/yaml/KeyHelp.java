package dev.usher.server.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Help for an unknown key: a missing space, another program's word, the section that has the key, a slip of the pen.
 */
final class KeyHelp {
    private static final String ROOT = "at the top of the file";
    private static final String POOL = "in a pool";
    static final String LISTENER = "in a listener";
    private static final String SOURCE = "in a source";
    private static final String HEALTH_CHECK = "in health_check";

    /**
     * Words of other programs, and the keys here with the same meaning; the first key that the section has is taken.
     */
    private static final Map<String, List<String>> SYNONYMS = synonyms();

    /** Each key of the file with the sections that have it. */
    private static final Map<String, List<String>> SECTIONS = sections();

    private KeyHelp() {}

    /** The sections that have a key, in words; empty if no section has the key. */
    static List<String> sectionsOf(String key) {
        return SECTIONS.getOrDefault(key, List.of());
    }

    /** True for a section with keys that the author chooses. */
    static boolean takesAnyKey(String section) {
        return List.of("listeners", "pools", "routes", "sources", "expect").contains(section)
                || section.endsWith(".alpn");
    }

    /** The key among {@code known} that another program calls {@code key}. */
    static Optional<String> synonym(String key, Collection<String> known) {
        return SYNONYMS.getOrDefault(key.toLowerCase(java.util.Locale.ROOT).replace('-', '_'), List.of()).stream()
                .filter(known::contains)
                .findFirst();
    }

    /** The key among {@code known} that {@code key} is meant for, by its meaning or its spelling. */
    static Optional<String> meant(String key, Collection<String> known) {
        return synonym(key, known).or(() -> Suggestion.of(key, known));
    }

    /** Like {@link #meant}, if no other key is as near. */
    static Optional<String> clearlyMeant(String key, Collection<String> known) {
        return synonym(key, known).or(() -> Suggestion.clear(key, known));
    }

    /** The end of the message for a key that is not among {@code known}. */
    static String text(String key, Collection<String> known) {
        int colon = key.indexOf(':');
        if (colon > 0 && known.contains(key.substring(0, colon))) {
            return "; a space is missing after the colon: write " + spaced(key, colon);
        }
        List<String> sections = sectionsOf(key);
        if (synonym(key, known).isEmpty() && !sections.isEmpty()) {
            return "; " + key + " stands " + Scalars.oneOf(sections);
        }
        return meant(key, known)
                .map(word -> "; did you mean \"" + word + "\"?")
                .orElseGet(() -> "; known are " + String.join(", ", known));
    }

    /** A glued key and value with the missing space put in. */
    static String spaced(String glued, int colon) {
        return glued.substring(0, colon) + ": " + glued.substring(colon + 1);
    }

    private static Map<String, List<String>> synonyms() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        add(all, List.of("backends", "pools"), "server", "servers", "upstream", "upstreams", "hosts", "targets");
        add(all, List.of("backends", "pools"), "endpoints", "nodes", "members", "loadbalancer", "destinations");
        add(all, List.of("backends"), "target", "endpoint");
        add(all, List.of("pools"), "cluster", "clusters", "services", "pool");
        add(all, List.of("address"), "host", "addr", "server", "url", "target", "endpoint", "ip", "upstream");
        add(all, List.of("pool"), "backend", "backends", "servers", "service", "upstream", "cluster", "target", "to");
        add(all, List.of("routes"), "domains", "vhosts", "sni", "rules", "table", "map", "routers", "names");
        add(all, List.of("listeners"), "frontend", "frontends", "entrypoint", "entrypoints");
        add(all, List.of("bind"), "listen", "listen_on", "address", "port");
        add(all, List.of("mode"), "permissions", "perm", "chmod");
        add(all, List.of("owner"), "user", "group", "uid", "gid", "chown");
        add(all, List.of("default_route"), "default_backend", "default_pool", "fallback", "catch_all");
        add(all, List.of("balance"), "algorithm", "lb", "lb_policy", "lb_method", "policy", "strategy", "method");
        add(all, List.of("health_check"), "check", "checks", "probe", "healthcheck", "health", "option");
        add(all, List.of("send_proxy_protocol", "accept_proxy_protocol"), "proxy_protocol", "accept_proxy");
        add(all, List.of("send_proxy_protocol"), "send_proxy", "send_proxy_v2");
        add(all, List.of("source"), "proxy_bind", "bind_address", "source_address", "local_address", "outbound");
        add(all, List.of("transparent"), "usesrc", "tproxy", "original_src", "clientip");
        add(all, List.of("freebind"), "ip_freebind", "free_bind", "nonlocal_bind");
        add(all, List.of("defer_accept"), "deferred", "tcp_defer_accept");
        add(all, List.of("tcp_user_timeout"), "tcp_ut", "user_timeout");
        add(all, List.of("max_connections"), "maxconn", "max_conns", "max_connection");
        add(all, List.of("timeouts", "timeout"), "timeout");
        add(all, List.of("allow"), "whitelist", "allowlist", "source", "src", "sources");
        add(all, List.of("deny"), "blacklist", "denylist", "block");
        add(all, List.of("outcome"), "pool", "to", "target", "result", "backend", "route");
        add(all, List.of("expect"), "expectations", "expected", "tests", "assert");
        add(all, List.of("admin"), "dashboard", "api", "stats", "status");
        add(all, List.of("logging"), "log", "logs", "logger");
        add(all, List.of("sources"), "providers", "provider", "discovery", "service_discovery");
        add(all, List.of("command"), "exec", "program", "cmd", "args");
        add(all, List.of("workers"), "threads", "nbthread", "worker_processes");
        return all;
    }

    private static Map<String, List<String>> sections() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        ConfigReader.KEYS.forEach(key -> add(all, List.of(ROOT), key));
        String[] settings = {
            "balance", "timeouts", "retries", "health_check", "ejection", "slow_start", "on_down", "send_proxy_protocol"
        };
        add(all, List.of("in defaults", POOL), settings);
        add(all, List.of("in defaults", POOL), "resolve", "source", "transparent");
        add(all, List.of("in defaults", POOL, LISTENER), "tcp_user_timeout");
        add(all, List.of("in defaults", POOL, "in a route"), "to", "deny_to");
        add(all, List.of(POOL), "backends");
        add(all, List.of("in an entry of backends"), "address", "weight", "backup", "max_connections");
        add(all, List.of(LISTENER), "type", "bind", "client_hello", "accept_proxy_protocol", "trusted_proxies");
        add(all, List.of(LISTENER), "max_connections", "pool", "routes", "default_route");
        add(all, List.of(LISTENER), "no_sni_route", "http", "not_tls", "silent", "mode", "owner");
        add(all, List.of(LISTENER), "allow", "sni", "users", "freebind", "defer_accept");
        add(all, List.of("in client_hello"), "timeout", "max_size");
        add(all, List.of("in silent"), "pool", "after");
        add(all, List.of("in not_tls"), "ssh", "openvpn", "postgres", "other");
        add(all, List.of("in not_tls.postgres"), "cancel");
        add(all, List.of("in http"), "timeout", "max_size", "redirect", "https_port", "requests");
        add(all, List.of("in http.requests"), "action", "pool", "forwarded_headers", "websocket");
        add(all, List.of("in a route"), "pool", "alpn", "allow", "deny", "listeners", "http", "ports");
        add(all, List.of("in timeouts"), "connect", "connect_total", "first_byte", "idle", "half_closed");
        add(all, List.of("in timeouts"), "max_lifetime");
        add(all, List.of(HEALTH_CHECK), "type", "interval", "timeout", "rise", "fall", "jitter", "server_name", "alpn");
        add(
                all,
                List.of(HEALTH_CHECK),
                "verify",
                "trust_store",
                "warn_expiry",
                "path",
                "method",
                "expect",
                "port",
                "address");
        add(all, List.of("in ejection"), "consecutive_failures", "base_time", "max_time", "max_ejected");
        add(all, List.of("in resolve"), "interval", "family", "timeout", "servers", "hosts_file");
        add(all, List.of("in expect"), "outcome", "listener", "alpn", "client");
        add(all, List.of(SOURCE), "type", "url", "token", "trust_store", "cert", "key", "command", "socket", "network");
        add(all, List.of(SOURCE), "datacenter", "interval", "timeout", "names", "to", "allow_empty", "confirm");
        add(all, List.of(SOURCE), "max_names", "defaults");
        add(all, List.of(SOURCE), "controller", "gateway", "ports", "addresses", "ingress_class", "kubeconfig");
        add(all, List.of("in limits"), "max_connections", "per_client_ip", "held_bytes");
        add(all, List.of("in limits.per_client_ip"), "connections", "new_per_second", "burst");
        add(all, List.of("in shutdown"), "drain", "readiness_delay");
        add(all, List.of("in reload"), "watch", "debounce", "poll", "on_removed_backend");
        add(all, List.of("in admin"), "bind", "allowed_hosts", "tokens", "tls", "read_only");
        add(all, List.of("in admin.tokens"), "name", "role", "sha256");
        add(all, List.of("in admin.tls"), "cert", "key");
        add(all, List.of("in logging"), "level", "format", "access");
        add(all, List.of("in logging.access"), "output", "format", "sample_ok", "client_ip", "empty");
        return all;
    }

    private static void add(Map<String, List<String>> to, List<String> values, String... keys) {
        for (String key : keys) {
            to.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(values);
        }
    }
}
