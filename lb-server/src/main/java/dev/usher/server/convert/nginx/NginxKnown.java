package dev.usher.server.convert.nginx;

import dev.usher.server.convert.Remarks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Remarks on directives without an equal in usher's file. */
final class NginxKnown {
    private static final Map<String, String> NOT_NEEDED = notNeeded();
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("resolver", "usher asks the system's name servers, and cannot have its own yet"),
            Map.entry("resolver_timeout", "usher asks the system's name servers, and cannot have its own yet"),
            Map.entry("proxy_bind", "usher cannot choose the address that it connects from yet"),
            Map.entry("proxy_ssl", "usher passes TLS on and makes none of its own"),
            Map.entry("limit_conn", "see limits: per_client_ip, which holds for all listeners together"),
            Map.entry("limit_conn_zone", "see limits: per_client_ip, which holds for all listeners together"),
            Map.entry("proxy_download_rate", "usher does not slow connections down"),
            Map.entry("proxy_upload_rate", "usher does not slow connections down"),
            Map.entry("return", "usher answers nothing of its own"),
            Map.entry("geo", "usher has allow and deny in routes"),
            Map.entry("split_clients", "usher has weights in pools"),
            Map.entry("mail", "usher has no protocols of mail: a listener of type tcp forwards them"));

    private NginxKnown() {}

    private static Map<String, String> notNeeded() {
        Map<String, String> reasons = new HashMap<>();
        put(
                reasons,
                "usher has an access log of its own, with the server name: docs/access-log.md",
                "access_log",
                "log_format",
                "error_log",
                "open_log_file_cache");
        put(
                reasons,
                "belongs to the process, not to usher's file: see deploy/usher.service",
                "user",
                "pid",
                "daemon",
                "load_module",
                "events",
                "pcre_jit",
                "env",
                "worker_processes",
                "worker_connections",
                "worker_rlimit_nofile",
                "worker_shutdown_timeout",
                "worker_cpu_affinity",
                "worker_priority",
                "master_process",
                "thread_pool",
                "lock_file",
                "timer_resolution",
                "working_directory",
                "debug_points",
                "worker_rlimit_core",
                "ssl_engine",
                "worker_aio_requests");
        put(
                reasons,
                "usher has its own limits for buffers: limits: held_bytes",
                "proxy_buffer_size",
                "preread_buffer_size",
                "variables_hash_max_size",
                "variables_hash_bucket_size",
                "map_hash_max_size",
                "map_hash_bucket_size",
                "server_names_hash_bucket_size",
                "server_names_hash_max_size");
        put(
                reasons,
                "usher always does so",
                "tcp_nodelay",
                "proxy_socket_keepalive",
                "proxy_half_close",
                "ssl_preread");
        put(reasons, "is for UDP, which usher does not relay", "proxy_responses", "proxy_requests");
        return Map.copyOf(reasons);
    }

    private static void put(Map<String, String> reasons, String reason, String... names) {
        List.of(names).forEach(name -> reasons.put(name, reason));
    }

    static void remark(Directive directive, Remarks remarks) {
        String reason = NOT_NEEDED.get(directive.name());
        if (reason != null) {
            remarks.notNeeded(directive.statement(), reason);
        } else {
            remarks.leftOut(directive.statement(), LEFT_OUT.getOrDefault(directive.name(), "usher has no equal"));
        }
    }
}
