package dev.usher.server.convert.haproxy;

import dev.usher.config.Cidr;
import dev.usher.config.NotTls;
import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.haproxy.HaproxyAcls.Literal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An alternative of a condition, in usher's terms: names, protocols and sources, or clients that are not TLS. */
final class HaproxyMatch {
    private final Remarks remarks;
    private final List<String> alpn = new ArrayList<>();
    private final List<Cidr> allow = new ArrayList<>();
    private final List<Cidr> deny = new ArrayList<>();
    private @Nullable List<RoutePattern> patterns;
    private boolean anyName;
    private boolean hello;
    private boolean noHello;
    private boolean silence;
    private boolean speech;
    private NotTls.@Nullable Protocol protocol;

    /** @throws IllegalArgumentException if usher has no equal */
    HaproxyMatch(List<Literal> parts, Remarks remarks) {
        this.remarks = remarks;
        parts.forEach(this::add);
        if (isBesideTls() && (hello || anyName || !isAlways())) {
            throw new IllegalArgumentException("usher has pools for clients that are not TLS by protocol alone");
        }
    }

    /** Every client that sends no hello. */
    static HaproxyMatch notTls() {
        HaproxyMatch match = new HaproxyMatch(List.of(), new Remarks());
        match.noHello = true;
        return match;
    }

    /** Patterns of names; null where the name does not matter. */
    @Nullable
    List<RoutePattern> patterns() {
        return patterns;
    }

    List<String> alpn() {
        return alpn;
    }

    List<Cidr> allow() {
        return allow;
    }

    List<Cidr> deny() {
        return deny;
    }

    /** Whether the hello must have a name, whichever. */
    boolean anyName() {
        return anyName;
    }

    /** Whether the client must send a hello. */
    boolean isHello() {
        return hello;
    }

    /** Whether the clients send no hello. */
    boolean isBesideTls() {
        return noHello || silence || protocol != null;
    }

    /** The protocols of clients that send no hello, if such clients match and speak. */
    List<NotTls.Protocol> protocols() {
        if (protocol != null) {
            return List.of(protocol);
        }
        return isBesideTls() && !silence ? List.of(NotTls.Protocol.OTHER) : List.of();
    }

    /** Whether clients match that wait for the server to speak. */
    boolean isSilent() {
        return silence || (noHello && !speech && protocol == null);
    }

    /** Whether every hello matches. */
    boolean isAlways() {
        return patterns == null && alpn.isEmpty() && isOpen();
    }

    /** Whether the source does not matter. */
    boolean isOpen() {
        return allow.isEmpty() && deny.isEmpty();
    }

    private void add(Literal part) {
        if (part.allAre(HaproxyTest::isHello)) {
            noHello |= part.negated();
            hello |= !part.negated();
        } else if (part.allAre(test -> test.isSilence() || test.isSpeech())
                && part.anyOf().size() == 1) {
            boolean silent = part.anyOf().getFirst().isSilence() != part.negated();
            silence |= silent;
            speech |= !silent;
        } else if (part.allAre(test -> test.protocol() != null)) {
            addProtocol(part);
        } else if (part.allAre(test -> test.isName() && test.method().equals("found"))) {
            refuseNegated(part, "hellos without a name go by no_sni_route");
            anyName = true;
        } else if (part.allAre(HaproxyTest::isName)) {
            refuseNegated(part, "usher has no rule for every name but some");
            addNames(part);
        } else if (part.allAre(HaproxyTest::isAlpn)) {
            refuseNegated(part, "usher has no rule for hellos without a protocol");
            part.anyOf().forEach(test -> alpn.addAll(test.values()));
        } else if (part.allAre(HaproxyTest::isSource)) {
            part.anyOf()
                    .forEach(test -> test.values()
                            .forEach(value -> (part.negated() ? deny : allow).add(HaproxyValue.source(value))));
        } else {
            throw new IllegalArgumentException(
                    part.text() + ": usher decides by name, protocol (ALPN) and source address alone");
        }
    }

    /** Not a protocol: a pool for any other protocol leaves protocols with a pool out by itself. */
    private void addProtocol(Literal part) {
        NotTls.Protocol found = part.anyOf().getFirst().protocol();
        if (!part.allAre(test -> test.protocol() == found)) {
            throw new IllegalArgumentException(part.text() + ": usher has a pool for each protocol by itself");
        }
        if (!part.negated()) {
            protocol = found;
        }
    }

    private static void refuseNegated(Literal part, String reason) {
        if (part.negated()) {
            throw new IllegalArgumentException("!" + part.text() + ": " + reason);
        }
    }

    private void addNames(Literal part) {
        if (patterns != null) {
            throw new IllegalArgumentException(part.text() + ": usher compares a name once");
        }
        patterns = part.anyOf().stream()
                .flatMap(test -> test.names(remarks).stream())
                .map(Names::patterns)
                .flatMap(List::stream)
                .toList();
    }
}
