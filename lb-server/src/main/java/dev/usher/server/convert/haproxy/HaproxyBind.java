package dev.usher.server.convert.haproxy;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Cidr;
import dev.usher.config.HostPort;
import dev.usher.config.TimeoutsConfig;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Reads {@code bind} lines into a listener. */
final class HaproxyBind {
    /** A listener with more addresses is no listener for names. */
    private static final int MAX_PORTS = 64;

    private static final Set<String> NOT_NEEDED =
            Set.of("v4v6", "tfo", "defer-accept", "transparent-off", "strict-sni", "generate-certificates");
    private static final Set<String> NOT_NEEDED_VALUE = Set.of(
            "name",
            "id",
            "process",
            "thread",
            "shards",
            "backlog",
            "nice",
            "mss",
            "user",
            "group",
            "uid",
            "gid",
            "mode",
            "level",
            "severity-output",
            "guid-prefix",
            "tcp-md5sig");

    private HaproxyBind() {}

    /** Whether HAProxy terminates TLS on the line's addresses. */
    static boolean terminates(HaproxyLine line) {
        return line.from(2).contains("ssl");
    }

    static void read(HaproxyLine line, ListenerDraft listener, Remarks remarks) {
        for (String address : line.word(1).split(",", -1)) {
            List<HostPort> binds = remarks.tried(line.statement(), () -> addresses(address, line));
            if (binds != null) {
                binds.forEach(listener::bind);
            }
        }
        options(line, listener, remarks);
    }

    private static List<HostPort> addresses(String text, HaproxyLine line) {
        String plain = HaproxyValue.withoutFamily(text);
        if (plain.startsWith("/") || plain.matches("(?:unix|abns|fd|sockpair|uxst|abnsz|rhttp|quic[46])@.*")) {
            throw new IllegalArgumentException(
                    text + ": only TCP ports are taken over; a unix socket is written bind: unix:/path");
        }
        int colon = plain.lastIndexOf(':');
        String host = colon < 0 ? "" : plain.substring(0, colon);
        String[] ports = plain.substring(colon + 1).split("-", 2);
        int first = HaproxyValue.number(ports[0]);
        int last = ports.length == 1 ? first : HaproxyValue.number(ports[1]);
        if (last - first >= MAX_PORTS) {
            throw new IllegalArgumentException(text + ": usher has each port by itself, so many were not written down");
        }
        List<HostPort> all = new ArrayList<>();
        for (int port = first; port <= last; port++) {
            HostPort.PORT.check(port, "port");
            all.add(new HostPort(host(host, text, line), port));
        }
        return all;
    }

    /** An asterisk, or nothing, is every IPv4 address; two colons are both families, unless {@code v6only} says so. */
    private static String host(String host, String text, HaproxyLine line) {
        String plain = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (plain.isEmpty() || plain.equals("*")) {
            return text.startsWith("ipv6@") ? "::" : "0.0.0.0";
        }
        boolean bothFamilies = plain.equals("::") && !line.words().contains("v6only");
        return bothFamilies ? "" : plain;
    }

    private static void options(HaproxyLine line, ListenerDraft listener, Remarks remarks) {
        Iterator<String> options = line.from(2).iterator();
        while (options.hasNext()) {
            String option = options.next();
            if (option.equals("accept-proxy")) {
                listener.acceptProxy(AcceptProxyProtocol.ANY, List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")));
                remarks.changed(
                        line.statement(), "HAProxy trusts every sender of a PROXY header: narrow trusted_proxies down");
            } else if (option.equals("transparent")) {
                listener.freebind();
                remarks.changed(
                        line.statement(),
                        "transparent is freebind here: connections to other addresses are not taken in");
            } else if (option.equals("tcp-ut") && options.hasNext()) {
                String timeout = options.next();
                remarks.tried(line.statement(), () -> {
                    listener.tcpUserTimeout(HaproxyValue.time(timeout, TimeoutsConfig.TCP_USER_TIMEOUT));
                    return "";
                });
            } else if (option.equals("maxconn") && options.hasNext()) {
                String max = options.next();
                remarks.tried(line.statement(), () -> {
                    listener.maxConnections(HaproxyValue.number(max));
                    return "";
                });
            } else if (NOT_NEEDED_VALUE.contains(option) && options.hasNext()) {
                remarks.notNeeded(
                        line.statement(), option + " " + options.next() + ": usher has no need of the option");
            } else if (NOT_NEEDED.contains(option)) {
                remarks.notNeeded(line.statement(), option + ": usher has no need of the option");
            } else if (!option.equals("v6only")) {
                remarks.leftOut(line.statement(), option + ": usher has no such option");
            }
        }
    }
}
