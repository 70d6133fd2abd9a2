package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.Reasons;
import dev.usher.server.convert.draft.Remarks;

/** Remarks on directives of HTTP servers beside a redirect and the way to a backend. */
final class NginxHttpKnown {
    private static final Reasons NOT_NEEDED = Reasons.in("""
            usher has an access log of its own: docs/access-log.md
                access_log, error_log, log_not_found
            usher passes the request on with its Host, for one answer
                proxy_http_version, proxy_buffering, proxy_request_buffering, server_tokens, default_type,
                keepalive_timeout, allow
            """);
    private static final Reasons LEFT_OUT = Reasons.in("""
            usher serves no files: a backend may answer ACME servers, by http: acme
                root, alias, try_files, index, autoindex
            of requests usher looks at the host alone, and at the path of ACME servers
                location, if, rewrite
            usher answers a redirect to https of the same name, and nothing else of its own
                return, error_page
            """);

    private NginxHttpKnown() {}

    static void remark(Directive directive, Remarks remarks) {
        String reason = NOT_NEEDED.of(directive.name());
        if (reason != null) {
            remarks.notNeeded(directive.statement(), reason);
        } else {
            String lack = LEFT_OUT.of(directive.name());
            if (lack == null) {
                NginxKnown.remark(directive, remarks);
            } else {
                remarks.leftOut(directive.statement(), lack);
            }
        }
    }
}
