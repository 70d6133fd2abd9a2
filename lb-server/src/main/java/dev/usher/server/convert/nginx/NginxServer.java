package dev.usher.server.convert.nginx;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Cidr;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerType;
import dev.usher.config.UnixPath;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a {@code server} block of {@code stream} into a listener. */
final class NginxServer {
    /** A listener with more addresses is no listener for names. */
    private static final int MAX_PORTS = 64;

    private static final Set<String> NOT_NEEDED = Set.of(
            "reuseport",
            "deferred",
            "bind",
            "default_server",
            "so_keepalive",
            "backlog",
            "rcvbuf",
            "sndbuf",
            "fastopen");

    private final NginxStream stream;
    private final ListenerDraft listener;
    private final Remarks remarks;
    private boolean prereads;

    NginxServer(NginxStream stream, ListenerDraft listener, Remarks remarks) {
        this.stream = stream;
        this.listener = listener;
        this.remarks = remarks;
    }

    /** The name of a variable, without the dollar and braces. */
    static String variable(String text) {
        return text.replaceFirst("^\\$\\{?", "").replaceFirst("}$", "");
    }

    void read(Directive server, List<Directive> common, List<Directive> block) {
        List<Directive> settings = settings(common, block);
        List<Cidr> trusted = trusted(common, block);
        Remarks muted = new Remarks();
        common.forEach(each -> new NginxServer(stream, listener, muted).setting(each));
        prereads =
                Stream.concat(common.stream(), block.stream()).anyMatch(each -> each.is("ssl_preread") && each.isOn());
        block.forEach(each -> take(each, trusted));
        new NginxSources(remarks).read(common, block, listener);
        Directive pass =
                block.stream().filter(each -> each.is("proxy_pass")).findFirst().orElse(null);
        if (pass == null) {
            remarks.leftOut(server.statement(), "the server has no proxy_pass, which usher could take over");
            return;
        }
        List<String> names = block.stream()
                .filter(each -> each.is("server_name"))
                .flatMap(each -> each.arguments().stream())
                .toList();
        NginxRouting routing = new NginxRouting(stream, listener, settings, remarks);
        boolean byName = routing.pass(pass, prereads ? names : List.of());
        listener.type(prereads || byName ? ListenerType.TLS : ListenerType.TCP);
    }

    /** Directives about backends in force: the server's own come last. */
    private static List<Directive> settings(List<Directive> common, List<Directive> block) {
        return Stream.concat(common.stream(), block.stream())
                .filter(each -> new NginxPool("", new Remarks()).take(each))
                .toList();
    }

    private static List<Cidr> trusted(List<Directive> common, List<Directive> block) {
        List<Cidr> all = new ArrayList<>();
        Stream.concat(common.stream(), block.stream())
                .filter(each -> each.is("set_real_ip_from"))
                .forEach(each -> new Remarks().tried(each.statement(), () -> all.add(Cidr.parse(each.word(1)))));
        return all;
    }

    private void take(Directive directive, List<Cidr> trusted) {
        switch (directive.name()) {
            case "listen" -> options(directive, trusted);
            case "proxy_pass", "server_name", "allow", "deny" -> {} // read with the rest of the server
            default -> {
                if (!new NginxPool("", remarks).take(directive) && !setting(directive)) {
                    NginxKnown.remark(directive, remarks);
                }
            }
        }
    }

    /** Takes a setting of listeners over; false if the directive is no such setting. */
    boolean setting(Directive directive) {
        switch (directive.name()) {
            case "preread_timeout" ->
                remarks.tried(directive.statement(), () -> {
                    listener.helloTimeout(NginxValue.time(directive.word(1), ClientHelloConfig.TIMEOUT));
                    return "";
                });
            case "set_real_ip_from" -> remarks.tried(directive.statement(), () -> Cidr.parse(directive.word(1)));
            case "allow", "deny" -> {} // read with the server's own
            case "resolver", "resolver_timeout" -> NginxResolver.take(directive, stream.draft());
            default -> {
                return false;
            }
        }
        return true;
    }

    // ---- listen ----

    /** Binds the addresses of the {@code listen} directives. */
    static void bind(List<Directive> block, ListenerDraft listener, Remarks remarks) {
        for (Directive each : block) {
            if (each.is("listen")) {
                List<HostPort> binds = remarks.tried(each.statement(), () -> addresses(each));
                if (binds != null) {
                    binds.forEach(listener::bind);
                }
            }
        }
    }

    private static List<HostPort> addresses(Directive listen) {
        String text = listen.word(1);
        if (text.startsWith(UnixPath.SCHEME)) {
            throw new IllegalArgumentException("only TCP ports are taken over; a unix socket is written bind: " + text);
        }
        if (listen.arguments().contains("udp") || listen.arguments().contains("quic")) {
            throw new IllegalArgumentException("usher does not relay UDP");
        }
        int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String[] ports = text.substring(colon + 1).split("-", 2);
        int first = NginxValue.number(ports[0]);
        int last = ports.length == 1 ? first : NginxValue.number(ports[1]);
        if (last - first >= MAX_PORTS) {
            throw new IllegalArgumentException("usher has each port by itself, so many were not written down");
        }
        List<HostPort> all = new ArrayList<>();
        for (int port = first; port <= last; port++) {
            HostPort.PORT.check(port, "port");
            all.add(new HostPort(host(host, listen), port));
        }
        return all;
    }

    /** A port alone is every IPv4 address; {@code [::]} is IPv6 alone, unless {@code ipv6only=off} says so. */
    private static String host(String host, Directive listen) {
        if (host.isEmpty() || host.equals("*")) {
            return "0.0.0.0";
        }
        String plain = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return plain.equals("::") && listen.arguments().contains("ipv6only=off") ? "" : plain;
    }

    private void options(Directive listen, List<Cidr> trusted) {
        for (String option : listen.words()
                .subList(Math.min(2, listen.words().size()), listen.words().size())) {
            String name = option.replaceFirst("=.*", "");
            if (name.equals("proxy_protocol")) {
                acceptProxy(listen, trusted);
            } else if (NOT_NEEDED.contains(name)) {
                remarks.notNeeded(listen.statement(), option + ": usher has no need of the option");
            } else if (!Set.of("ipv6only", "udp", "quic").contains(name)) {
                remarks.leftOut(listen.statement(), option + ": usher has no such option");
            }
        }
    }

    private void acceptProxy(Directive listen, List<Cidr> trusted) {
        if (trusted.isEmpty()) {
            listener.acceptProxy(AcceptProxyProtocol.ANY, List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")));
            remarks.changed(listen.statement(), "set_real_ip_from names nobody: narrow trusted_proxies down");
        } else {
            listener.acceptProxy(AcceptProxyProtocol.ANY, trusted);
        }
    }
}
