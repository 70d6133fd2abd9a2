package dev.usher.server.convert.nginx;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.Remarks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code resolver} and {@code resolver_timeout}. A file has a single set of name servers in usher. */
final class NginxResolver {
    private NginxResolver() {}

    static void take(Directive directive, Draft draft) {
        ResolveConfig base = draft.resolve() == null ? ResolveConfig.DEFAULT : draft.resolve();
        Remarks remarks = draft.remarks();
        if (directive.is("resolver_timeout")) {
            remarks.tried(directive.statement(), () -> {
                Duration timeout = NginxValue.time(directive.word(1), ResolveConfig.TIMEOUT);
                draft.resolve(with(base, base.interval(), base.family(), timeout, base.servers()));
                return "";
            });
            return;
        }
        ResolveConfig read = read(directive, base, remarks);
        if (base.servers().isEmpty() || base.servers().equals(read.servers())) {
            draft.resolve(read);
        } else {
            remarks.leftOut(directive.statement(), "other name servers are taken over already, for every pool");
        }
    }

    private static ResolveConfig read(Directive resolver, ResolveConfig base, Remarks remarks) {
        List<HostPort> servers = new ArrayList<>();
        Duration interval = base.interval();
        Family family = base.family();
        for (String word : resolver.arguments()) {
            if (word.startsWith("valid=")) {
                Duration read = remarks.tried(
                        resolver.statement(), () -> NginxValue.time(word.substring(6), ResolveConfig.INTERVAL));
                interval = read == null ? interval : read;
            } else if (word.equals("ipv6=off")) {
                family = Family.IPV4;
            } else if (word.equals("ipv4=off")) {
                family = Family.IPV6;
            } else if (word.startsWith("status_zone=")) {
                remarks.notNeeded(resolver.statement(), word + ": usher's workers share what they know");
            } else if (!word.matches("ipv[46]=on")) {
                remarks.tried(resolver.statement(), () -> servers.add(ResolveConfig.server(word)));
            }
        }
        ResolveConfig read = remarks.tried(
                resolver.statement(), () -> with(base, base.interval(), base.family(), base.timeout(), servers));
        return read == null ? base : with(read, interval, family, read.timeout(), read.servers());
    }

    private static ResolveConfig with(
            ResolveConfig base, Duration interval, Family family, Duration timeout, List<HostPort> servers) {
        return new ResolveConfig(interval, family, timeout, servers, base.hostsFile());
    }
}
