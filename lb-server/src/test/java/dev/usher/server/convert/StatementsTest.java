package dev.usher.server.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remark;
import dev.usher.server.convert.draft.Remarks;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Single statements, where the whole of a sample would hide what becomes of them. */
@SuppressWarnings("StringConcatToTextBlock") // rules are indented pieces of a file, and their line numbers count
class StatementsTest {
    private static final String BACKENDS =
            "\nbackend a\n server x 10.0.0.1:443 check\nbackend b\n server y 10.0.0.2:443 check\n";

    private static Conversion convert(Peer peer, String text) {
        return Converter.convert(peer, List.of(new PeerText(Path.of("peer.conf"), text)), new Remarks());
    }

    private static Conversion frontend(String rules) {
        return convert(Peer.HAPROXY, "frontend f\n bind :443\n" + rules + BACKENDS);
    }

    private static String body(Conversion conversion) {
        return Objects.requireNonNull(conversion.yaml()).replaceAll("(?m)^#.*\\R", "");
    }

    private static boolean says(Conversion conversion, Remark.Kind kind, int line, String reason) {
        return conversion.remarks().stream()
                .anyMatch(remark -> remark.kind() == kind
                        && remark.statement().line() == line
                        && remark.reason().contains(reason));
    }

    @Test
    void aRuleBehindAWiderOneStaysUnreached() {
        Conversion conversion = frontend(" use_backend a if { req.ssl_sni -m end .example.com }\n"
                + " use_backend b if { req.ssl_sni www.example.com }\n");
        assertTrue(!body(conversion).contains("www.example.com"), body(conversion));
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 4, "never comes here: line 3"), conversion.toString());
    }

    @Test
    void aRuleWithSourcesDoesNotBecomeOpen() {
        Conversion conversion = frontend(" use_backend a if { req.ssl_sni in.example } { src 10.0.0.0/8 }\n"
                + " use_backend b if { req.ssl_sni in.example }\n");
        assertTrue(body(conversion).contains("in.example:\n    pool: 10.0.0.1:443\n    allow:\n    - 10.0.0.0/8\n"));
        assertTrue(says(conversion, Remark.Kind.CHANGED, 3, "are refused"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 4, "a name has one route"), conversion.toString());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~{ req.ssl_sni www.example.com } !{ src 10.0.0.0/8 } { nbsrv(a) gt 0 }~, ~name, protocol (ALPN) and source~",
                "~!{ req.ssl_sni www.example.com }~, every name but some",
                "~{ req.ssl_sni a.example } { req.ssl_sni b.example }~, compares a name once",
                "~unknown_acl~, the ACL unknown_acl is not in this section",
                "~{ req.ssl_sni a.example~, ~{ has no } behind~",
                "~!{ req.ssl_hello_type 1 }~, not TLS",
                "~{ req.ssl_sni www_example..com }~, empty label"
            })
    void aConditionThatUsherLacksServesNobody(String condition, String reason) {
        Conversion conversion = frontend(" use_backend a if " + condition + "\n");
        assertNull(conversion.yaml());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 3, reason), conversion.toString());
    }

    @Test
    void aListenerWithOtherRoutesHasItsOwn() {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "frontend api\n bind :6443\n use_backend a if { req.ssl_sni c1.example }\n"
                        + "frontend machines\n bind :22623\n use_backend b if { req.ssl_sni c1.example }\n" + BACKENDS);
        assertTrue(body(conversion).contains("    routes:\n      c1.example: 10.0.0.2:443\n"), body(conversion));
        assertTrue(!conversion.has(Remark.Kind.LEFT_OUT), conversion.toString());
    }

    @Test
    void aFrontendWithoutNamesForwardsTcp() {
        assertTrue(body(frontend(" default_backend a\n"))
                .contains("type: tcp\n    bind: 0.0.0.0:443\n    pool: 10.0.0.1:443"));
    }

    @Test
    void aNameOfTheHelloAsTheBackendIsLeftOut() {
        Conversion nginx = convert(
                Peer.NGINX,
                "stream {\n server {\n listen 443;\n ssl_preread on;\n proxy_pass $ssl_preread_server_name:443;\n}\n}\n");
        assertNull(nginx.yaml());
        assertTrue(says(nginx, Remark.Kind.LEFT_OUT, 5, "the name that was asked for"), nginx.toString());
        Conversion sniproxy = convert(Peer.SNIPROXY, "listener 443 {\n proto tls\n}\ntable {\n .* *\n}\n");
        assertNull(sniproxy.yaml());
        assertTrue(says(sniproxy, Remark.Kind.LEFT_OUT, 5, "the name that was asked for"), sniproxy.toString());
    }

    @Test
    void aRouterThatTerminatesIsLeftOut() {
        Conversion conversion = convert(
                Peer.TRAEFIK,
                "tcp:\n  routers:\n    a:\n      rule: HostSNI(`a.example`)\n      service: s\n      tls: {}\n"
                        + "  services:\n    s: { loadBalancer: { servers: [{ address: '10.0.0.1:443' }] } }\n");
        assertNull(conversion.yaml());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 3, "terminates TLS"), conversion.toString());
    }

    @Test
    void theAdminSideGivesWayToAPortInUse() {
        Conversion conversion =
                frontend(" use_backend c if { req.ssl_sni a.example }\nbackend c\n server z 127.0.0.1:9000\n");
        assertTrue(body(conversion).contains("bind: 127.0.0.1:9001"), body(conversion));
    }

    @Test
    void poolsWhoseNamesUsherCannotHaveAreRenamed() {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "frontend f\n bind :::443\n use_backend Reject if { req.ssl_sni a.example }\n"
                        + " use_backend Reject if { req.ssl_sni b.example }\n"
                        + "backend Reject\n server y 10.0.0.2:443 check\n");
        assertEquals(
                "\nroutes:\n  a.example: reject-pool\n  b.example: reject-pool\npools:\n  reject-pool:\n    backends:\n"
                        + "    - 10.0.0.2:443\n",
                body(conversion));
    }
}
