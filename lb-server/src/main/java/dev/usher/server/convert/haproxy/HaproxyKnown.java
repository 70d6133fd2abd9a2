package dev.usher.server.convert.haproxy;

import dev.usher.server.convert.Remarks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Remarks on statements without an equal in usher's file. */
final class HaproxyKnown {
    private static final String LOG = "usher has an access log of its own, with the server name: docs/access-log.md";
    private static final String PROCESS = "belongs to the process, not to usher's file: see deploy/usher.service";
    private static final String ALWAYS = "usher always does so";
    private static final String HTTP = "is for HTTP, which passed TLS does not show";
    private static final String CERTIFICATES = "is for TLS that HAProxy terminates: usher has no certificates";
    private static final String DASHBOARD = "usher has a dashboard of its own: the section admin";

    private static final Map<String, String> NOT_NEEDED = notNeeded();
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("stick-table", "usher keeps no tables: balance: client-hash keeps a client with its backend"),
            Map.entry("stick", "usher keeps no tables: balance: client-hash keeps a client with its backend"),
            Map.entry("timeout queue", "usher has no queue: a client is refused when each backend is full"),
            Map.entry("source", "usher cannot choose the address that it connects from yet"),
            Map.entry("option httpchk", "usher has HTTP checks over TLS only: the check connects instead"),
            Map.entry("http-check", "usher has no rules for checks: health_check has path, method and expect"),
            Map.entry("tcp-check", "usher has no rules for checks: the check connects, or makes a TLS handshake"),
            Map.entry("option external-check", "usher runs no programs for checks"),
            Map.entry("option smtpchk", "usher does not check SMTP: the check connects"),
            Map.entry("option pgsql-check", "usher does not check PostgreSQL: the check connects"),
            Map.entry("option mysql-check", "usher does not check MySQL: the check connects"),
            Map.entry("option redis-check", "usher does not check Redis: the check connects"),
            Map.entry("rate-limit", "see limits: per_client_ip, which counts for each client"),
            Map.entry("server-template", "usher has no templates: a host name stands for all of its addresses"),
            Map.entry("option transparent", "usher does not connect to the client's original destination"));

    private HaproxyKnown() {}

    private static Map<String, String> notNeeded() {
        Map<String, String> reasons = new HashMap<>();
        put(
                reasons,
                LOG,
                "log",
                "log-format",
                "log-format-sd",
                "log-tag",
                "log-send-hostname",
                "unique-id-format",
                "option tcplog",
                "option httplog",
                "option dontlognull",
                "option dontlog-normal",
                "option log-health-checks",
                "option log-separate-errors",
                "option logasap",
                "declare",
                "error-log-format",
                "option httpslog");
        put(
                reasons,
                PROCESS,
                "user",
                "group",
                "uid",
                "gid",
                "daemon",
                "chroot",
                "pidfile",
                "ulimit-n",
                "nbproc",
                "nbthread",
                "cpu-map",
                "master-worker",
                "stats socket",
                "stats timeout",
                "stats maxconn",
                "set-dumpable",
                "node",
                "localpeer",
                "description",
                "maxpipes",
                "nosplice",
                "noepoll",
                "hard-stop-after",
                "presetenv",
                "setenv",
                "external-check",
                "spread-checks",
                "unix-bind",
                "numa-cpu-mapping",
                "quiet",
                "debug",
                "server-state-base",
                "server-state-file",
                "load-server-state-from-file",
                "expose-deprecated-directives",
                "thread-groups",
                "zero-warning",
                "lua-load",
                "insecure-fork-wanted",
                "limited-quic",
                "maxsslconn",
                "maxconnrate",
                "h2-workaround-bogus-websocket-clients");
        put(
                reasons,
                ALWAYS,
                "option tcpka",
                "option clitcpka",
                "option srvtcpka",
                "option redispatch",
                "option splice-auto",
                "option splice-request",
                "option splice-response",
                "option tcp-smart-accept",
                "option tcp-smart-connect",
                "option tcp-check",
                "option allbackups",
                "option contstats",
                "option socket-stats",
                "hash-type",
                "enabled");
        put(
                reasons,
                HTTP,
                "option http-server-close",
                "option forwardfor",
                "option http-keep-alive",
                "option httpclose",
                "option abortonclose",
                "option http-use-htx",
                "option http-buffer-request",
                "errorfile",
                "errorfiles",
                "errorloc",
                "errorloc302",
                "timeout http-request",
                "timeout http-keep-alive",
                "compression",
                "option forceclose",
                "option prefer-last-server",
                "option http-no-delay",
                "option http-pretend-keepalive",
                "http-reuse",
                "option originalto",
                "option http-restrict-req-hdr-names",
                "option http-ignore-probes",
                "monitor-uri",
                "option checkcache",
                "email-alert");
        put(
                reasons,
                CERTIFICATES,
                "ca-base",
                "crt-base",
                "key-base",
                "ssl-default-bind-ciphers",
                "ssl-default-bind-ciphersuites",
                "ssl-default-bind-options",
                "ssl-default-bind-curves",
                "ssl-default-server-ciphers",
                "ssl-default-server-ciphersuites",
                "ssl-default-server-options",
                "ssl-dh-param-file",
                "ssl-server-verify",
                "ssl-load-extra-files",
                "ssl-load-extra-del-ext",
                "ssl-engine",
                "ssl-mode-async",
                "ssl-provider",
                "ssl-default-bind-sigalgs");
        put(
                reasons,
                DASHBOARD,
                "stats enable",
                "stats uri",
                "stats auth",
                "stats refresh",
                "stats hide-version",
                "stats realm",
                "stats admin",
                "stats show-node",
                "stats show-legends",
                "stats show-desc",
                "stats scope",
                "stats bind-process");
        return Map.copyOf(reasons);
    }

    private static void put(Map<String, String> reasons, String reason, String... starts) {
        List.of(starts).forEach(start -> reasons.put(start, reason));
    }

    /** Remarks on a line without a reader. */
    static void remark(HaproxyLine line, Remarks remarks) {
        String both = line.first() + " " + line.word(1);
        String reason = NOT_NEEDED.getOrDefault(both, NOT_NEEDED.get(line.first()));
        if (reason == null && line.first().startsWith("tune.")) {
            reason = PROCESS;
        }
        if (reason == null && line.first().equals("no") && line.word(1).equals("option")) {
            reason = "usher has no such option";
        }
        if (reason != null) {
            remarks.notNeeded(line.statement(), reason);
            return;
        }
        remarks.leftOut(
                line.statement(),
                LEFT_OUT.getOrDefault(both, LEFT_OUT.getOrDefault(line.first(), "usher has no equal")));
    }
}
