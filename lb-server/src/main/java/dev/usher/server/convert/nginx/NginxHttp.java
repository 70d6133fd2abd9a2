package dev.usher.server.convert.nginx;

import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.ListenerType;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Servers of the {@code http} block: a server with a redirect to https alone becomes a listener of type http. */
final class NginxHttp {
    static final String KEEP = "usher is no HTTP server: keep this part in nginx, and give usher a route to it";

    private static final Set<String> REST = Set.of("listen", "server_name", "return", "access_log", "error_log");

    private final Remarks remarks;
    /** Listeners by address: several servers may share a port. */
    private final Map<List<HostPort>, ListenerDraft> listeners = new HashMap<>();

    NginxHttp(Remarks remarks) {
        this.remarks = remarks;
    }

    void read(Directive server, Draft draft) {
        List<Directive> returns =
                server.block().stream().filter(each -> each.is("return")).toList();
        boolean alone = server.block().stream().allMatch(each -> REST.contains(each.name()))
                && server.block().stream()
                        .noneMatch(each -> each.is("listen") && each.arguments().contains("ssl"));
        if (!alone || returns.size() != 1 || !isToHttps(returns.getFirst())) {
            remarks.leftOut(server.statement(), KEEP);
            return;
        }
        ListenerDraft listener = new ListenerDraft("http", server.statement());
        listener.type(ListenerType.HTTP);
        NginxServer.bind(server.block(), listener, remarks);
        status(returns.getFirst(), listener);
        if (listeners.putIfAbsent(listener.binds(), listener) == null) {
            draft.add(listener);
        }
    }

    private static boolean isToHttps(Directive redirect) {
        return redirect.word(2).matches("https://\\$\\{?(?:host|http_host|server_name)}?\\$\\{?request_uri}?");
    }

    private void status(Directive redirect, ListenerDraft listener) {
        String status = redirect.word(1);
        if (status.equals("302") || status.equals("303")) {
            remarks.changed(redirect.statement(), "usher has no status " + status + ": 307 is used");
            listener.redirect(307);
            return;
        }
        remarks.tried(redirect.statement(), () -> {
            listener.redirect(HttpConfig.redirect(status));
            return "";
        });
    }
}
