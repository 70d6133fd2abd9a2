package dev.usher.server.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remark;
import dev.usher.server.convert.draft.Remarks;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                "~!{ req.ssl_hello_type 1 } { req.ssl_sni www.example.com }~, by protocol alone",
                "~{ req.payload(0,7) -m bin 5353482d } { src 10.0.0.0/8 }~, by protocol alone",
                "~{ req.payload(0,4) -m bin 47455420 }~, ~name, protocol (ALPN) and source~",
                "~{ req.ssl_sni www_example..com }~, empty label"
            })
    void aConditionThatUsherLacksServesNobody(String condition, String reason) {
        Conversion conversion = frontend(" use_backend a if " + condition + "\n");
        assertNull(conversion.yaml());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 3, reason), conversion.toString());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~ use_backend b if { req.payload(0,7) -m bin 5353482d322e30 }\n~, ~not_tls: { ssh: b }~",
                "~ acl ssh payload(0,7) -m str SSH-2.0\n use_backend b if ssh\n~, ~not_tls: { ssh: b }~",
                "~ use_backend b if { payload(0,3) -m bin 003e38 }\n~, ~not_tls: { openvpn: b }~",
                "~ use_backend b if !{ req_ssl_hello_type 1 } !{ req_len 0 }\n~, ~not_tls: { other: b }~",
                "~ use_backend b if !{ req.ssl_hello_type 1 }\n~, ~not_tls: { other: b } silent: { pool: b after: 2s }~",
                "~ use_backend b if { req.len 0 }\n~, ~silent: { pool: b after: 2s }~",
                "~ tcp-request inspect-delay 1s\n use_backend b if { req.len 0 }\n~, ~silent: { pool: b after: 500ms }~",
                "~ tcp-request content accept if !{ req_ssl_hello_type 1 }\n default_backend b\n~, ~not_tls: { other: b } silent: { pool: b after: 2s }~",
                "~ use_backend c if { req.ssl_hello_type 1 }\n default_backend b\n~, ~not_tls: { other: b } silent: { pool: b after: 2s }~"
            })
    void clientsWithoutAHelloHaveTheirPool(String rules, String wanted) {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "frontend f\n bind :443\n use_backend a if { req.ssl_sni a.example }\n"
                        + rules.replace("\\n", "\n")
                        + BACKENDS
                        + "backend c\n server x 10.0.0.3:443\n");
        assertEquals(List.of(), leftOut(conversion));
        String listener = body(conversion).replaceAll("(?s)routes:.*", "").replace("10.0.0.2:443", "b");
        assertTrue(brief(listener).contains(wanted), brief(listener));
    }

    /** YAML of mappings in a line. */
    private static String brief(String yaml) {
        return yaml.replaceAll("(?m)^ {4}(not_tls|silent):\\R {6}", "$1: { ")
                .replaceAll("\\R {6}(\\w+)", " $1")
                .replaceAll("(?m)^(\\w+: \\{.*)$", "$1 }")
                .replaceAll("\\R", " ");
    }

    private static List<String> leftOut(Conversion conversion) {
        return conversion.remarks().stream()
                .filter(remark -> remark.kind() == Remark.Kind.LEFT_OUT
                        && !remark.reason().startsWith("no rule"))
                .map(Remark::line)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~ redirect scheme https unless { path_beg /.well-known/acme-challenge/ }\n default_backend b\n~, ~action: acme~",
                "~ http-request redirect scheme https code 307 if !{ path /.well-known/acme-challenge/x } || !{ ssl_fc }\n"
                        + " use_backend b if { path_beg /.well-known/acme-challenge/ }\n~, ~action: acme~",
                "~ use_backend b if { req.hdr(host),field(1,:) -i -m end .a.example }\n~, ~'*.a.example'~",
                "~ use_backend b if { hdr_dom(host) -i b.example } { path_beg /.well-known/acme-challenge/ }\n~, ~action: acme~",
                "~ default_backend b\n~, ~type: tcp~"
            })
    void requestsOfPort80HaveTheirPool(String rules, String wanted) {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "frontend f\n bind :443\n use_backend a if { req.ssl_sni a.example }\nfrontend h\n mode http\n bind :80\n"
                        + rules.replace("\\n", "\n") + BACKENDS);
        assertEquals(List.of(), leftOut(conversion));
        assertTrue(body(conversion).contains(wanted) && body(conversion).contains("0.0.0.0:80"), body(conversion));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~ use_backend b if { path_beg /api }\n~, looks at the host alone",
                "~ use_backend b if !{ hdr(host) a.example }\n~, looks at the host alone",
                "~ redirect scheme https if { src 10.0.0.0/8 }\n~, redirects by host",
                "~ use_backend none if { hdr(host) a.example }\n~, no server that usher can connect to"
            })
    void requestsThatUsherCannotTellApartAreLeftOut(String rules, String reason) {
        Conversion conversion =
                convert(Peer.HAPROXY, "frontend h\n mode http\n bind :80\n" + rules.replace("\\n", "\n") + BACKENDS);
        assertNull(conversion.yaml());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 4, reason), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 1, "mode http: of HTTP"), conversion.toString());
    }

    @Test
    void clientsWithoutTlsGoWhereTheEmptyProtocolLeads() {
        Conversion conversion = convert(
                Peer.NGINX,
                "stream {\n map $ssl_preread_server_name $by_name { a.example 10.0.0.1:443; default 10.0.0.2:443; }\n"
                        + " map $ssl_preread_protocol $way { '' 10.0.0.3:22; default $by_name; }\n"
                        + " server { listen 443; ssl_preread on; proxy_pass $way; }\n}\n");
        assertEquals(List.of(), leftOut(conversion));
        assertTrue(body(conversion).contains("not_tls:\n      other: 10.0.0.3:22\n"), body(conversion));
        assertTrue(body(conversion).contains("default_route: 10-0-0-2-443\n"), body(conversion));
    }

    @Test
    void clientsWithoutTlsAreNotLetPastAListOfSources() {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "frontend f\n bind :443\n tcp-request connection reject if { src 203.0.113.0/24 }\n"
                        + " use_backend a if { req.ssl_sni a.example }\n use_backend b if { req.len 0 }\n" + BACKENDS);
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 1, "must not be let in"), conversion.toString());
        assertTrue(!body(conversion).contains("silent"), body(conversion));
    }

    @Test
    void aRouterWithoutTlsBesideOthersServesClientsWithoutTls() {
        Conversion conversion = convert(
                Peer.TRAEFIK,
                "tcp:\n  routers:\n"
                        + "    ssh: { rule: 'HostSNI(`*`)', service: s, priority: 99 }\n"
                        + "    a: { rule: 'HostSNI(`a.example`)', service: t, tls: { passthrough: true } }\n"
                        + "  services:\n    s: { loadBalancer: { servers: [{ address: '10.0.0.1:22' }] } }\n"
                        + "    t: { loadBalancer: { servers: [{ address: '10.0.0.2:443' }] } }\n");
        assertTrue(body(conversion).contains("not_tls:\n      other: 10.0.0.1:22\n"), body(conversion));
        assertTrue(body(conversion).contains("a.example: 10.0.0.2:443\n"), body(conversion));
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
    void portsOfChecksAndSourcesAreThoseOfThePool() {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "listen l\n bind :1443\n"
                        + " server a 10.0.0.1:443 check port 80 addr 10.0.1.1 source 127.0.0.2\n"
                        + " server b 10.0.0.2:443 check port 81\n"
                        + " server c 10.0.0.3:443 source 127.0.0.3\n");
        assertTrue(body(conversion).contains("port: 80\n") && body(conversion).contains("address: 10.0.1.1\n"));
        assertTrue(body(conversion).contains("source: 127.0.0.2\n"), body(conversion));
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 4, "port: 81: a pool has a single one"));
        assertTrue(says(conversion, Remark.Kind.CHANGED, 4, "addr 10.0.1.1 is here as well"));
        assertTrue(says(conversion, Remark.Kind.CHANGED, 4, "source 127.0.0.2 is here as well"));
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 5, "source: 127.0.0.3: a pool has a single one"));
    }

    @ParameterizedTest
    @CsvSource({
        "check send-proxy-v2, check, send-proxy-v2",
        "check send-proxy, check send-proxy-v2, ''",
        "check inter 10s, check inter 2s, ''",
        "check check-ssl, check, check-ssl",
        "check slowstart 10s, check, slowstart 10s",
        "check on-marked-down shutdown-sessions, check, on-marked-down shutdown-sessions",
        "check, '', check",
        "check inter 2s, inter 2s, check"
    })
    void anOptionOfSomeServersAloneIsNeverTakenOverInSilence(String first, String second, String shared) {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "listen l\n bind :1443\n server a 10.0.0.1:443 " + first + "\n server b 10.0.0.2:443 " + second + "\n");
        String reason = shared.isEmpty() ? second.substring(6) : shared;
        int line = shared.isEmpty() ? 3 : 4;
        assertTrue(says(conversion, Remark.Kind.CHANGED, line, reason + " is here as well"), conversion.toString());
    }

    @Test
    void optionsOfEveryServerNeedNoRemark() {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "listen l\n bind :1443\n default-server check send-proxy inter 5s\n"
                        + " server a 10.0.0.1:443\n server b 10.0.0.2:443 inter 5s\n");
        assertTrue(!conversion.has(Remark.Kind.CHANGED), conversion.toString());
    }

    @Test
    void failuresOfSomeServersAloneAreNamed() {
        Conversion conversion = convert(
                Peer.NGINX,
                "stream {\n upstream a {\n server 10.0.0.1:1 max_fails=3;\n server 10.0.0.2:1;\n"
                        + " server 10.0.0.3:1 max_fails=0;\n}\n server {\n listen 443;\n proxy_pass a;\n}\n}\n");
        assertTrue(says(conversion, Remark.Kind.CHANGED, 3, "max_fails=0 is here as well"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.CHANGED, 4, "max_fails=0 is here as well"), conversion.toString());
        assertTrue(!says(conversion, Remark.Kind.CHANGED, 5, "max_fails"), conversion.toString());
    }

    @Test
    void clientsAddressAndOptionsOfTcpAreTakenOver() {
        Conversion conversion = convert(
                Peer.HAPROXY,
                "listen l\n bind :1443 transparent tcp-ut 30s\n source 0.0.0.0 usesrc clientip\n"
                        + " server a 10.0.0.1:443 tcp-ut 20s\n server b abnsz@app\n"
                        + "listen m\n bind :1444\n server c 10.0.0.3:443 source 10.0.0.9 usesrc client tcp-ut 10s\n");
        String body = body(conversion);
        assertTrue(body.contains("freebind: true\n") && body.contains("tcp_user_timeout: 30s\n"), body);
        assertTrue(body.contains("tcp_user_timeout: 20s\n") && body.contains("tcp_user_timeout: 10s\n"), body);
        assertTrue(body.contains("unix:@app"), body);
        assertTrue(body.contains("source: 10.0.0.9\n    transparent: true\n"), body);
        assertTrue(says(conversion, Remark.Kind.CHANGED, 2, "transparent is freebind here"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 3, "a unix socket have no address"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.CHANGED, 5, "tcp-ut 20s is here as well"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.CHANGED, 8, "and another port"), conversion.toString());
    }

    @Test
    void nginxLeavesFromTheAddressOfTheClient() {
        Conversion conversion = convert(
                Peer.NGINX,
                "stream {\n server {\n listen 53;\n proxy_bind $remote_addr transparent;\n proxy_pass 10.0.0.1:53;\n}\n}\n");
        assertTrue(body(conversion).contains("transparent: true\n"), body(conversion));
    }

    @Test
    void aSocketHasNeitherAPortOfChecksNorASource() {
        Conversion conversion =
                convert(Peer.HAPROXY, "listen l\n bind :1443\n server a /run/a.sock check port 80 source 127.0.0.1\n");
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 3, "a unix socket has no port"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 3, "source is an IP address"), conversion.toString());
        assertTrue(body(conversion).contains("unix:/run/a.sock"), body(conversion));
    }

    @Test
    void aSourceOfTheOtherFamilyIsLeftOut() {
        Conversion conversion = convert(
                Peer.NGINX, "stream {\n server {\n listen 53;\n proxy_bind ::1;\n proxy_pass 10.0.0.1:53;\n}\n}\n");
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 4, "one is IPv4, the other IPv6"), conversion.toString());
        assertTrue(!body(conversion).contains("source"), body(conversion));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "transparent: proxy_bind $realip_remote_addr transparent, for the client's address",
                "the client: proxy_bind $remote_addr, is not an address",
                "a variable: proxy_bind $server_addr, is not an address"
            })
    void aSourceThatUsherLacksIsLeftOut(String directive, String reason) {
        Conversion conversion = convert(
                Peer.NGINX,
                "stream {\n server {\n listen 53;\n " + directive.replaceFirst(".*: ", "")
                        + ";\n proxy_pass 10.0.0.1:53;\n}\n}\n");
        assertTrue(says(conversion, Remark.Kind.LEFT_OUT, 4, reason), conversion.toString());
    }

    @Test
    void aFrontendWithoutNamesForwardsTcp() {
        assertTrue(body(frontend(" default_backend a\n"))
                .contains("type: tcp\n    bind: 0.0.0.0:443\n    pool: 10.0.0.1:443"));
    }

    /** usher takes such a way for listed clients alone, whoever may use the peer's. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~listen 443~, ~proxy_pass $ssl_preread_server_name:443~, ~{name}:443~, 2",
                "~listen 443~, ~proxy_pass ${ssl_preread_server_name}:$server_port~, ~{name}:{port}~, 2",
                "~listen 127.0.0.1:443~, ~proxy_pass $ssl_preread_server_name:443~, ~{name}:443~, 1"
            })
    void aNameOfTheHelloIsTheBackend(String listen, String pass, String template, int remarks) {
        Conversion nginx =
                convert(Peer.NGINX, "stream {\n server {\n " + listen + ";\n ssl_preread on;\n " + pass + ";\n}\n}\n");
        assertEquals(List.of(), leftOut(nginx));
        assertEquals(
                remarks,
                nginx.remarks().stream()
                        .filter(remark -> remark.kind() == Remark.Kind.CHANGED)
                        .count());
        assertEquals(remarks == 2, body(nginx).contains("\n  - 192.168.0.0/16\n"), body(nginx));
        assertTrue(body(nginx).contains("\"" + template + "\""), body(nginx));
        assertTrue(!body(nginx).contains("no_sni_route"), body(nginx));
    }

    @Test
    void aTableThatLeadsAnywhereIsATemplateForTlsAndHttp() {
        Conversion sniproxy = convert(
                Peer.SNIPROXY,
                "listener 443 {\n proto tls\n fallback *:444\n}\nlistener 80 {\n proto http\n}\ntable {\n .* *\n}\n");
        assertTrue(says(sniproxy, Remark.Kind.LEFT_OUT, 3, "give no name to go to"), sniproxy.toString());
        assertTrue(body(sniproxy).contains("\"{name}:444\""), body(sniproxy));
        assertTrue(body(sniproxy).contains("\"{name}:80\""), body(sniproxy));
        assertTrue(body(sniproxy).contains("action: forward"), body(sniproxy));
        assertTrue(says(sniproxy, Remark.Kind.CHANGED, 9, "no open proxy"), sniproxy.toString());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "NGINX, ~stream { resolver 10.0.0.53 valid=7s ipv6=off; resolver_timeout 2s; server { listen 1; proxy_pass a.example:1; } }~",
                "SNIPROXY, ~resolver {\n nameserver 10.0.0.53\n mode ipv4_only\n}\nlistener 443 {\n proto tls\n}\ntable {\n a.example 10.0.0.1\n}\n~",
                "HAPROXY, ~resolvers r\n nameserver n 10.0.0.53:53\n hold valid 7s\nlisten l\n bind :1\n server a a.example:1\n~"
            })
    void nameServersAreTakenOver(Peer peer, String text) {
        Conversion conversion = convert(peer, text.replace("\\n", "\n"));
        assertEquals(List.of(), leftOut(conversion));
        assertTrue(body(conversion).contains("servers:\n"), body(conversion));
        assertTrue(body(conversion).contains("- 10.0.0.53:53\n"), body(conversion));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~return 301 https://$host$request_uri;~, ~redirect: 301~",
                "~location / { return 308 https://$host$request_uri; }~, ~type: http~",
                "~return 301 https://$host$request_uri; location /.well-known/acme-challenge/ { proxy_pass http://127.0.0.1:81; }~, ~action: acme~",
                "~server_name old.example; location / { proxy_pass http://10.0.0.2; }~, ~old.example: ~",
                "~location / { proxy_pass http://10.0.0.2:81/; }~, ~default_route: ~"
            })
    void serversOfHttpBecomeAListener(String server, String wanted) {
        Conversion conversion = convert(
                Peer.NGINX,
                "stream { server { listen 443; ssl_preread on; server_name a.example; proxy_pass 10.0.0.1:443; } }\n"
                        + "http { server { listen 80; " + server + " } }\n");
        assertEquals(List.of(), leftOut(conversion));
        assertTrue(brief(body(conversion)).contains(wanted.strip()), body(conversion));
    }

    /** A server's name, then whether its requests have forwarded_headers and websocket. */
    @Test
    void locationsOfHttpGetTheirOwnHeadersAlone() {
        String upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; ";
        String forwarded = "proxy_set_header X-Forwarded-For $remote_addr; ";
        Conversion conversion = convert(
                Peer.NGINX,
                "http {\n"
                        + server("plain.example", "", "")
                        + server("ws.example", "", upgrade)
                        + server("half.example", "", "proxy_set_header Upgrade $http_upgrade;")
                        + server("closes.example", "", upgrade.replace("upgrade\"", "close\""))
                        + server("told.example", "", forwarded)
                        + server("inherits.example", forwarded + upgrade, "")
                        + server("overrides.example", forwarded + upgrade, "proxy_set_header Host $host;")
                        + server("silent.example", "", "proxy_set_header X-Forwarded-For \"\";")
                        + "}\n");
        assertEquals(List.of(), leftOut(conversion));
        Map<String, String> rules = new LinkedHashMap<>();
        Objects.requireNonNull(conversion.config())
                .listeners()
                .values()
                .iterator()
                .next()
                .own()
                .routes()
                .forEach(route -> rules.put(
                        route.pattern().text(),
                        Objects.requireNonNull(route.http()).forwardedHeaders() + " "
                                + route.http().websocket()));
        assertEquals(
                Map.of(
                        "plain.example", "false false",
                        "ws.example", "false true",
                        "half.example", "false false",
                        "closes.example", "false false",
                        "told.example", "true false",
                        "inherits.example", "true true",
                        "overrides.example", "false false",
                        "silent.example", "false false"),
                rules);
        assertTrue(
                says(conversion, Remark.Kind.CHANGED, 3, "lets WebSockets pass, and no other"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.NOT_NEEDED, 4, "no upgrade passes here"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.CHANGED, 6, "usher adds all of Forwarded"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.NOT_NEEDED, 8, "no location with a backend"), conversion.toString());
        assertTrue(says(conversion, Remark.Kind.NOT_NEEDED, 9, "leaves out what clients say"), conversion.toString());
    }

    /** A line. */
    private static String server(String name, String ofServer, String ofLocation) {
        return "server { listen 80; server_name " + name + "; " + ofServer + "location / { proxy_pass http://10.0.0.2; "
                + ofLocation + " } }\n";
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~Host backend.example~, ~keeps the Host~",
                "~X-Forwarded-For $proxy_add_x_forwarded_for~, ~leaves out what the client says~",
                "~X-Forwarded-Proto https~, ~leaves out what the client says~"
            })
    void headersOfHttpWithAnotherValueHaveARemark(String header, String reason) {
        Conversion conversion =
                convert(Peer.NGINX, "http {\n" + server("a.example", "", "proxy_set_header " + header + ";") + "}\n");
        assertTrue(says(conversion, Remark.Kind.CHANGED, 2, reason), conversion.toString());
    }

    /** A server's and a location's headers; then the Host of nginx in the remark, or nothing. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~~, ~~, ~10.0.0.2~",
                "~proxy_set_header Host $host;~, ~~, ~~",
                "~proxy_set_header Host $host;~, ~proxy_set_header X-Forwarded-For $remote_addr;~, ~10.0.0.2~",
                "~~, ~proxy_set_header host backend;~, ~~"
            })
    void hostThatNginxMakesUpHasARemark(String ofServer, String ofLocation, String host) {
        Conversion conversion = convert(Peer.NGINX, "http {\n" + server("a.example", ofServer, ofLocation) + "}\n");
        assertEquals(
                !host.isEmpty(),
                says(conversion, Remark.Kind.CHANGED, 2, "keeps the Host of the request: nginx sends " + host),
                conversion.toString());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~location / { proxy_pass http://10.0.0.2/app/; }~, ~passes a request on as it is~",
                "~location / { proxy_pass https://10.0.0.2; }~, ~passes a request on as it is~",
                "~location / { proxy_pass http://$upstream; }~, ~does not know the variable~",
                "~location / { try_files $uri =404; }~, ~is no HTTP server~",
                "~return 301 https://$host$request_uri; location /api { proxy_pass http://10.0.0.2; }~, ~looks at the host alone~",
                "~return 301 https://$host$request_uri; location /.well-known/acme-challenge/ { root /var/www; }~, ~looks at the host alone~"
            })
    void partsOfHttpServersThatUsherLacksAreLeftOut(String server, String reason) {
        Conversion conversion = convert(Peer.NGINX, "http {\n server { listen 80;\n " + server + "\n }\n}\n");
        assertTrue(
                conversion.remarks().stream()
                        .anyMatch(remark -> remark.kind() == Remark.Kind.LEFT_OUT
                                && remark.reason().contains(reason)),
                conversion.toString());
    }

    @Test
    void aRouterThatRedirectsIsAListener() {
        Conversion conversion = convert(
                Peer.TRAEFIK,
                "entryPoints: { web: { address: ':80' }, tls: { address: ':443' } }\nhttp:\n  routers:\n"
                        + "    r: { rule: 'HostRegexp(`.+`)', entryPoints: [web], middlewares: [s], service: x }\n"
                        + "  middlewares:\n    s: { redirectScheme: { scheme: https } }\n"
                        + "tcp:\n  routers:\n    a: { rule: 'HostSNI(`a.example`)', entryPoints: [tls], service: t, tls: { passthrough: true } }\n"
                        + "  services:\n    t: { loadBalancer: { servers: [{ address: '10.0.0.2:443' }] } }\n");
        assertTrue(
                body(conversion).contains("type: http") && body(conversion).contains("redirect: 307"),
                body(conversion));
        assertTrue(!says(conversion, Remark.Kind.LEFT_OUT, 4, "is no HTTP server"), conversion.toString());
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
