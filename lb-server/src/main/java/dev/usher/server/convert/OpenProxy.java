package dev.usher.server.convert;

import dev.usher.config.Cidr;
import dev.usher.config.HostPort;
import dev.usher.config.Target;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.Statement;
import java.util.List;
import java.util.stream.Stream;

/** Keeps strangers from a way to any host. Peers may leave such a way open, and usher's file may not. */
final class OpenProxy {
    /** Networks out of reach from elsewhere (RFC 1918, RFC 4193), and this machine. */
    private static final List<Cidr> PRIVATE = Stream.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
            .map(Cidr::parse)
            .toList();

    private OpenProxy() {}

    /**
     * A target for hosts of the client's choice, with a list of clients where needed.
     *
     * @param any whether a client may choose any host
     */
    static Target guarded(Target target, boolean any, Statement at, Draft draft) {
        draft.remarks()
                .changed(at, "usher leads to public addresses alone: list others, such as 192.168.0.0/16, in to");
        boolean local = draft.listeners().stream()
                .flatMap(each -> each.binds().stream())
                .allMatch(HostPort::isLoopback);
        if (!any || local || !target.allow().isEmpty()) {
            return target;
        }
        draft.remarks().changed(at, "usher is no open proxy: allow has private networks, list your clients there");
        return target.withAllow(PRIVATE);
    }
}
