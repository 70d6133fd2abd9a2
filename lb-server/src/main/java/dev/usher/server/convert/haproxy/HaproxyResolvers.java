package dev.usher.server.convert.haproxy;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the name servers of a {@code resolvers} section. A file has a single set of name servers in usher. */
final class HaproxyResolvers {
    private static final Set<String> NOT_NEEDED =
            Set.of("hold", "timeout", "resolve_retries", "accepted_payload_size", "parse-resolv-conf");

    private HaproxyResolvers() {}

    static void read(HaproxySection section, Draft draft) {
        Remarks remarks = draft.remarks();
        if (draft.resolve() != null) {
            remarks.leftOut(section.whole(), "other name servers are taken over already, for every pool");
            return;
        }
        List<HostPort> servers = new ArrayList<>();
        for (HaproxyLine line : section.lines()) {
            if (line.first().equals("nameserver")) {
                remarks.tried(line.statement(), () -> servers.add(ResolveConfig.server(address(line.word(2)))));
            } else if (NOT_NEEDED.contains(line.first())) {
                remarks.notNeeded(
                        line.statement(), "usher has its own times, and asks the system where no server stands");
            } else {
                HaproxyKnown.remark(line, remarks);
            }
        }
        ResolveConfig usual = ResolveConfig.DEFAULT;
        remarks.tried(section.whole(), () -> {
            draft.resolve(
                    new ResolveConfig(usual.interval(), usual.family(), usual.timeout(), servers, usual.hostsFile()));
            return "";
        });
    }

    private static String address(String text) {
        if (text.startsWith("tcp@")) {
            throw new IllegalArgumentException("usher asks by UDP first, and by TCP where an answer is too long");
        }
        return text.replaceFirst("^(udp|dgram)@", "");
    }
}
