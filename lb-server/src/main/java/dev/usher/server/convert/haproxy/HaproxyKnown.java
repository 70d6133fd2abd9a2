package dev.usher.server.convert.haproxy;

import dev.usher.server.convert.draft.Reasons;
import dev.usher.server.convert.draft.Remarks;

/** Remarks on statements without an equal in usher's file. */
final class HaproxyKnown {
    private static final Reasons NOT_NEEDED = Reasons.in("""
            usher has an access log of its own, with the server name: docs/access-log.md
                log, log-format, log-format-sd, log-tag, log-send-hostname, unique-id-format,
                option tcplog, option httplog, option dontlognull, option dontlog-normal,
                option log-health-checks, option log-separate-errors, option logasap, declare,
                error-log-format, option httpslog
            belongs to the process, not to usher's file: see deploy/usher.service
                user, group, uid, gid, daemon, chroot, pidfile, ulimit-n, nbproc, nbthread, cpu-map,
                master-worker, stats socket, stats timeout, stats maxconn, set-dumpable, node,
                localpeer, description, maxpipes, nosplice, noepoll, hard-stop-after, presetenv, setenv,
                external-check, spread-checks, unix-bind, numa-cpu-mapping, quiet, debug,
                server-state-base, server-state-file, load-server-state-from-file,
                expose-deprecated-directives, thread-groups, zero-warning, lua-load,
                insecure-fork-wanted, limited-quic, maxsslconn, maxconnrate,
                h2-workaround-bogus-websocket-clients, tune
            usher always does so
                option tcpka, option clitcpka, option srvtcpka, option redispatch, option splice-auto,
                option splice-request, option splice-response, option tcp-smart-accept,
                option tcp-smart-connect, option tcp-check, option allbackups, option contstats,
                option socket-stats, hash-type, enabled
            is for HTTP, which passed TLS does not show
                option http-server-close, option forwardfor, option http-keep-alive, option httpclose,
                option abortonclose, option http-use-htx, option http-buffer-request, errorfile,
                errorfiles, errorloc, errorloc302, timeout http-request, timeout http-keep-alive,
                compression, option forceclose, option prefer-last-server, option http-no-delay,
                option http-pretend-keepalive, http-reuse, option originalto,
                option http-restrict-req-hdr-names, option http-ignore-probes, monitor-uri,
                option checkcache, email-alert
            is for TLS that HAProxy terminates: usher has no certificates
                ca-base, crt-base, key-base, ssl-default-bind-ciphers, ssl-default-bind-ciphersuites,
                ssl-default-bind-options, ssl-default-bind-curves, ssl-default-server-ciphers,
                ssl-default-server-ciphersuites, ssl-default-server-options, ssl-dh-param-file,
                ssl-server-verify, ssl-load-extra-files, ssl-load-extra-del-ext, ssl-engine,
                ssl-mode-async, ssl-provider, ssl-default-bind-sigalgs
            usher has a dashboard of its own: the section admin
                stats enable, stats uri, stats auth, stats refresh, stats hide-version, stats realm,
                stats admin, stats show-node, stats show-legends, stats show-desc, stats scope,
                stats bind-process
            usher has no such option
                no option
            """);
    private static final Reasons LEFT_OUT = Reasons.in("""
            usher keeps no tables: balance: client-hash keeps a client with its backend
                stick-table, stick
            usher has no queue: a client is refused when each backend is full
                timeout queue
            usher has no rules for checks: health_check has path, method and expect
                http-check
            usher has no rules for checks: the check connects, or makes a TLS handshake
                tcp-check
            usher runs no programs for checks
                option external-check
            usher does not check SMTP: the check connects
                option smtpchk
            usher does not check PostgreSQL: the check connects
                option pgsql-check
            usher does not check MySQL: the check connects
                option mysql-check
            usher does not check Redis: the check connects
                option redis-check
            see limits: per_client_ip, which counts for each client
                rate-limit
            usher has no templates: a host name stands for all of its addresses
                server-template
            usher does not connect to the client's original destination
                option transparent
            """);

    private HaproxyKnown() {}

    /** Remarks on a line without a reader. */
    static void remark(HaproxyLine line, Remarks remarks) {
        String both = line.first() + " " + line.word(1);
        String group = line.first().replaceFirst("\\..*", "");
        String reason = NOT_NEEDED.of(both, line.first(), group);
        if (reason != null) {
            remarks.notNeeded(line.statement(), reason);
        } else {
            String lack = LEFT_OUT.of(both, line.first());
            remarks.leftOut(line.statement(), lack == null ? Reasons.NO_EQUAL : lack);
        }
    }
}
