package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.Reasons;
import dev.usher.server.convert.draft.Remarks;

/** Remarks on directives without an equal in usher's file. */
final class NginxKnown {
    private static final Reasons NOT_NEEDED = Reasons.in("""
            usher has an access log of its own, with the server name: docs/access-log.md
                access_log, log_format, error_log, open_log_file_cache
            belongs to the process, not to usher's file: see deploy/usher.service
                user, pid, daemon, load_module, events, pcre_jit, env, worker_processes,
                worker_connections, worker_rlimit_nofile, worker_shutdown_timeout, worker_cpu_affinity,
                worker_priority, master_process, thread_pool, lock_file, timer_resolution,
                working_directory, debug_points, worker_rlimit_core, ssl_engine, worker_aio_requests
            usher has its own limits for buffers: limits: held_bytes
                proxy_buffer_size, preread_buffer_size, variables_hash_max_size,
                variables_hash_bucket_size, map_hash_max_size, map_hash_bucket_size,
                server_names_hash_bucket_size, server_names_hash_max_size
            usher always does so
                tcp_nodelay, proxy_socket_keepalive, proxy_half_close, ssl_preread
            is for UDP, which usher does not relay
                proxy_responses, proxy_requests
            """);
    private static final Reasons LEFT_OUT = Reasons.in("""
            usher passes TLS on and makes none of its own
                proxy_ssl
            see limits: per_client_ip, which holds for all listeners together
                limit_conn, limit_conn_zone
            usher does not slow connections down
                proxy_download_rate, proxy_upload_rate
            usher answers nothing of its own
                return
            usher has allow and deny in routes
                geo
            usher has weights in pools
                split_clients
            usher has no protocols of mail: a listener of type tcp forwards them
                mail
            """);

    private NginxKnown() {}

    static void remark(Directive directive, Remarks remarks) {
        String reason = NOT_NEEDED.of(directive.name());
        if (reason != null) {
            remarks.notNeeded(directive.statement(), reason);
        } else {
            String lack = LEFT_OUT.of(directive.name());
            remarks.leftOut(directive.statement(), lack == null ? Reasons.NO_EQUAL : lack);
        }
    }
}
