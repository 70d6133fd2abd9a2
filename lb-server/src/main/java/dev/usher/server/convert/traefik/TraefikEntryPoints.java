package dev.usher.server.convert.traefik;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Cidr;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerType;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.traefik.Node.Mapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Entry points, each read into a listener when a TCP router first needs the listener. */
final class TraefikEntryPoints {
    private static final Set<String> NOT_NEEDED =
            Set.of("forwardedheaders", "transport", "asdefault", "reuseport", "observability", "http2");

    private final Mapping points;
    private final Draft draft;
    private final Remarks remarks;
    private final Map<String, ListenerDraft> listeners = new HashMap<>();

    TraefikEntryPoints(Mapping points, Draft draft) {
        this.points = points;
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    /** The names of the entry points, for a router without a list. */
    List<String> names() {
        return List.copyOf(points.entries().keySet());
    }

    /** The listener of an entry point; null if usher cannot have the entry point. */
    @Nullable
    ListenerDraft listener(String written, Statement router) {
        String name = written.toLowerCase(Locale.ROOT);
        if (!listeners.containsKey(name)) {
            ListenerDraft made = points.get(name) instanceof Mapping point ? read(name, point) : guessed(name, router);
            if (made != null) {
                draft.add(made);
                listeners.put(name, made);
            }
        }
        return listeners.get(name);
    }

    /** An entry point of the static configuration, whose file may not be among the files. */
    private ListenerDraft guessed(String name, Statement router) {
        ListenerDraft listener = new ListenerDraft(name, router);
        listener.bind(new HostPort("", 443));
        remarks.changed(router, "the address of entry point " + name + " is in none of the files: :443 is taken");
        return listener;
    }

    private @Nullable ListenerDraft read(String name, Mapping point) {
        ListenerDraft listener = new ListenerDraft(name, point.statement());
        Node address = point.get("address");
        Statement at = address == null ? point.statement() : address.statement();
        HostPort bind = remarks.tried(at, () -> bind(point.text("address")));
        if (bind == null) {
            return null;
        }
        listener.bind(bind);
        point.entries().forEach((key, value) -> {
            if (key.equals("proxyprotocol") && value instanceof Mapping proxy) {
                acceptProxy(proxy, listener);
            } else if (NOT_NEEDED.contains(key)) {
                remarks.notNeeded(value.statement(), "usher has its own limits and times");
            } else if (!key.equals("address")) {
                remarks.leftOut(value.statement(), reason(key));
            }
        });
        return listener;
    }

    private static String reason(String key) {
        return switch (key) {
            case "http" -> "usher is no HTTP server: keep this part in Traefik, and give usher a route to it";
            case "http3", "udp" -> "usher does not relay UDP";
            default -> "usher has no such setting of a listener";
        };
    }

    private static HostPort bind(String text) {
        if (text.endsWith("/udp")) {
            throw new IllegalArgumentException("usher does not relay UDP");
        }
        HostPort bind = HostPort.parseBind(text.replaceFirst("/tcp$", ""));
        HostPort.PORT.check(bind.port(), "port");
        return bind;
    }

    private void acceptProxy(Mapping proxy, ListenerDraft listener) {
        List<Cidr> trusted = new ArrayList<>();
        if (proxy.text("insecure").equals("true")) {
            trusted.addAll(List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")));
            remarks.changed(proxy.statement(), "insecure trusts every sender: narrow trusted_proxies down");
        }
        proxy.texts("trustedips")
                .forEach(source -> remarks.tried(proxy.statement(), () -> trusted.add(Cidr.parse(source))));
        if (!trusted.isEmpty()) {
            listener.acceptProxy(AcceptProxyProtocol.ANY, trusted);
            remarks.changed(proxy.statement(), "usher expects the header from every client; Traefik takes both");
        }
    }

    /** Has an entry point redirect to https, for a router of HTTP. Several routers may do so. */
    void redirect(String written, Statement router, int status) {
        String name = written.toLowerCase(Locale.ROOT);
        if (listeners.containsKey(name)) {
            if (!listeners.get(name).type().speaksHttp()) {
                remarks.leftOut(router, "entry point " + name + " has TCP routers, and reads no requests");
            }
        } else if (points.get(name) instanceof Mapping point) {
            add(name, point, status);
        } else {
            remarks.leftOut(router, "the address of entry point " + name + " is in none of the files");
        }
    }

    /** Remarks on entry points without a TCP router. */
    void remarkUnused() {
        points.entries().forEach((name, point) -> {
            if (!listeners.containsKey(name) && !redirects(name, point)) {
                remarks.leftOut(point.statement(), "no TCP router that usher takes over listens here");
            }
        });
    }

    /** Takes over an entry point that redirects to https, as a listener of type http. */
    private boolean redirects(String name, Node node) {
        if (!(node instanceof Mapping point)) {
            return false;
        }
        Mapping redirect = point.mapping("http").mapping("redirections").mapping("entrypoint");
        return !redirect.text("to").isEmpty()
                && add(name, point, redirect.text("permanent").equals("false") ? 307 : 308);
    }

    private boolean add(String name, Mapping point, int status) {
        HostPort bind = remarks.tried(point.statement(), () -> bind(point.text("address")));
        if (bind == null) {
            return false;
        }
        ListenerDraft listener = new ListenerDraft(name, point.statement());
        listener.type(ListenerType.HTTP);
        listener.bind(bind);
        listener.redirect(status);
        draft.add(listener);
        listeners.put(name, listener);
        point.entries().forEach((key, value) -> {
            if (!key.equals("address") && !key.equals("http")) {
                remarks.leftOut(value.statement(), "usher has no such setting of a listener of type http");
            }
        });
        return true;
    }
}
