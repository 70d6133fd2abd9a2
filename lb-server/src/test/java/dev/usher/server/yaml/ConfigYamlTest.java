package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.UsherConfig;
import dev.usher.server.it.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written out of a configuration is the same configuration. */
class ConfigYamlTest {
    /** Keys that only a reader knows; hashes and files of keys are tried by tests of their own. */
    private static final Set<String> NOT_WRITTEN = Set.of(
            "include",
            "defaults",
            "expect",
            "outcome",
            "listener",
            "client",
            "role",
            "sha256",
            "cert",
            "key",
            "token",
            "name");

    private static final String HASH = "0123456789abcdef".repeat(4);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private UsherConfig read(String yaml) throws IOException {
        Files.writeString(directory.resolve("people"), "me:$2y$10$" + "a".repeat(53) + "\n");
        Path file = Files.writeString(directory.resolve("usher.yaml"), yaml);
        ConfigResult result = ConfigFile.read(file);
        return assertInstanceOf(ConfigResult.Valid.class, result, result.diagnostics()::toString)
                .config();
    }

    private void assertComesBack(String yaml) throws IOException {
        UsherConfig config = read(yaml);
        assertEquals(config, read(ConfigYaml.of(config)), () -> ConfigYaml.of(config));
    }

    private static String everySetting() throws Exception {
        return """
                listeners:
                  https: { bind: [":443", "127.0.0.1:444"], client_hello: { timeout: 250ms, max_size: 5KiB }, not_tls: { ssh: plain, openvpn: plain, postgres: { cancel: web }, other: web }, silent: { pool: web, after: 100ms } }
                  old: { bind: ":445", accept_proxy_protocol: any, trusted_proxies: [10.0.0.0/8, "2001:db8::/32"] }
                  inner: { type: tcp, pool: plain, bind: "unix:/run/usher.sock", mode: "0660", owner: "usher:web", accept_proxy_protocol: v2 }
                  dot:
                    bind: ":853"
                    routes:
                      .example.org: { pool: plain, alpn: { dot: web }, allow: [10.0.0.0/8], deny: [10.2.0.0/16] }
                    default_route: { pool: web, deny: [10.3.0.0/16] }
                    no_sni_route: plain
                  port80: { type: http, bind: ":80", http: { timeout: 1s, max_size: 2KiB, redirect: 307, https_port: 8443, requests: { action: forward, pool: web, websocket: true } } }
                  out: { type: socks, bind: ":1080", allow: [10.0.0.0/8], sni: ignore, users: people, client_hello: { timeout: 2s } }
                  proxy: { type: connect, bind: "127.0.0.1:3128" }
                  cache: { type: tcp, bind: "[::1]:11000", pool: plain, max_connections: 7 }
                routes:
                  "*.example.net": web
                  "*.out.example": out
                  .example.org:
                    { pool: web, alpn: { acme-tls/1: plain }, allow: [10.0.0.0/8], deny: [10.1.0.0/16], ports: [22, 443], listeners: [https, out] }
                default_route: { pool: plain, alpn: { acme-tls/1: web }, allow: [10.0.0.0/8], deny: [10.1.0.0/16], http: { action: forward, pool: web } }
                no_sni_route: close
                pools:
                  web:
                    backends:
                      - { address: "10.0.0.1:443", weight: 3, max_connections: 9, backup: true }
                      - db.internal:443
                    balance: client-hash
                    timeouts: { connect: 1s, connect_total: 2m, first_byte: none, idle: 3h, half_closed: 1500ms, max_lifetime: 2d }
                    retries: 0
                    health_check:
                      { type: https, server_name: www.example.org, alpn: [h2], verify: false, trust_store: %1$s,
                        warn_expiry: none, port: 9443, address: "2001:DB8::1", path: /up, method: HEAD, expect: 200-204, interval: 9s, jitter: 0%% }
                    ejection: { consecutive_failures: 0, base_time: 1s, max_time: 1h, max_ejected: 100%% }
                    slow_start: 30s
                    on_down: close
                    send_proxy_protocol: v2
                    resolve: { interval: 1m, family: ipv6 }
                  out: { backends: "{sub}.lan:{port}", to: [10.0.0.0/8], deny_to: [10.0.0.1],
                    resolve: { timeout: 2s, servers: [10.0.0.53, "[::1]:5353"], hosts_file: false } }
                  srv: { backends: _https._tcp.srv.example, resolve: { servers: [10.0.0.53] } }
                  plain: { backends: 10.0.0.2:443, health_check: none, ejection: none }
                sources:
                  apps:
                    { type: http, url: "https://config.example/x.json", trust_store: %1$s, interval: 3s, timeout: 7s,
                      names: ["*.apps.example"], to: [127.0.0.0/8], allow_empty: true, confirm: none, max_names: 7,
                      defaults: { balance: first, health_check: none, ejection: none } }
                  exec: { command: [/bin/true, -x, -x] }
                  docker: { socket: /run/podman/podman.sock, network: web }
                  consul: { url: "http://127.0.0.1:8501", datacenter: dc2 }
                  kubernetes: { controller: example.com/usher, gateway: infra/public, ports: [443, 8443], addresses: 203.0.113.10, ingress_class: usher, kubeconfig: %1$s }
                limits: { max_connections: 9, per_client_ip: { connections: 1, new_per_second: 2, burst: 3 } }
                workers: 3
                transport: nio
                shutdown: { drain: 0s, readiness_delay: 5s }
                reload: { watch: false, debounce: 1s, poll: 1m, on_removed_backend: close }
                admin: { bind: "[::1]:9001", allowed_hosts: [a.example], read_only: false }
                logging: { level: debug, format: json,
                  access: { output: /var/log/a.log, sample_ok: 5%%, client_ip: hashed, empty: true } }
                """.formatted(new Certificates().authorityFile());
    }

    @Test
    void everySettingComesBackAsItWas() throws Exception {
        assertComesBack(everySetting());
    }

    /** A key that is written as it is by nobody's hand: one that a record has gained is here without a line of code. */
    @Test
    void everyKeyIsWritten() throws Exception {
        String yaml = ConfigYaml.of(read(everySetting()));
        YamlKeys.all().stream()
                .filter(key -> !NOT_WRITTEN.contains(key))
                .forEach(key -> assertTrue(yaml.contains(key + ":"), () -> key + " is missing in\n" + yaml));
    }

    /** Readers of the text see the file's own words, units and order. */
    @Test
    void isWhatAPersonWouldWrite() throws Exception {
        assertEquals(
                """
                version: 1
                listeners:
                  https:
                    type: tls
                    bind:
                    - :443
                    freebind: false
                    defer_accept: false
                    tcp_user_timeout: none
                    client_hello:
                      timeout: 5s
                      max_size: 64KiB
                    accept_proxy_protocol: none
                    trusted_proxies: []
                    max_connections: 20000
                routes:
                  a.example:
                    pool: p
                    alpn: {}
                    allow: []
                    deny: []
                    listeners: []
                default_route: reject
                no_sni_route: reject
                pools:
                  p:
                    backends:
                    - address: 10.0.0.1:443
                      weight: 1
                      max_connections: 0
                      backup: false
                    balance: round-robin
                    timeouts:
                      connect: 3s
                      connect_total: 10s
                      first_byte: 5s
                      idle: 1h
                      half_closed: 5m
                      max_lifetime: none
                    retries: 2
                    health_check:
                      type: tcp
                      interval: 2s
                      timeout: 1s
                      rise: 2
                      fall: 3
                      jitter: 10%
                    ejection:
                      consecutive_failures: 5
                      base_time: 30s
                      max_time: 5m
                      max_ejected: 50%
                    slow_start: none
                    on_down: keep
                    send_proxy_protocol: none
                    source: none
                    transparent: false
                    tcp_user_timeout: none
                    resolve:
                      interval: 30s
                      family: any
                      timeout: 5s
                      servers: []
                      hosts_file: true
                limits:
                  max_connections: 50000
                  per_client_ip:
                    connections: 0
                    new_per_second: 0
                    burst: 0
                  held_bytes: 256MiB
                workers: auto
                transport: auto
                """,
                ConfigYaml.of(read("routes: { a.example: p }\npools: { p: { backends: 10.0.0.1:443 } }\nadmin: none\n"))
                        .replaceFirst("(?s)shutdown:.*", ""));
    }

    @Test
    void defaultsComeBackAsTheyAre() throws IOException {
        assertComesBack("routes: { a.example: p }\npools: { p: { backends: 10.0.0.1:443 } }\nadmin: none\n");
    }

    @Test
    void hashesOfTokensAreNotInIt() throws IOException {
        String text = ConfigYaml.of(read("""
                routes: { a.example: 10.0.0.1:443 }
                admin: { tokens: [{ name: ops, role: operator, sha256: %s }] }
                """.formatted(HASH)));
        assertFalse(text.contains(HASH), text);
        assertTrue(text.contains("name: ops"), text);
    }

    @Test
    void aLongTextIsCut() throws IOException {
        UsherConfig config = read("routes: { a.example: p }\npools: { p: { backends: 10.0.0.1:443 } }\n");
        String whole = ConfigYaml.of(config);
        assertEquals(whole, ConfigYaml.start(config, whole.length()));
        assertEquals(whole.substring(0, 100) + ConfigYaml.CUT, ConfigYaml.start(config, 100));
    }
}
