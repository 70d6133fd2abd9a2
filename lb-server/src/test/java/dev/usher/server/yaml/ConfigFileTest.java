package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.Cidr;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.Fallback;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.LoggingConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig.Output;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Silent;
import dev.usher.config.SocketRights;
import dev.usher.config.Target;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.file.FileCalls;
import dev.usher.file.NamedFile;
import dev.usher.file.NoAnswerException;
import dev.usher.server.it.Certificates;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    @TempDir
    @Nullable
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @Nested
    class Defaults {
        @Test
        void threeLinesAreAWholeConfiguration() throws IOException {
            UsherConfig config = valid("""
                    routes:
                      www.example.com: 10.0.0.11:443
                      shop.example.com: [10.0.0.21:443, 10.0.0.22:443]
                    """);
            UsherConfig expected = UsherConfig.of(
                    List.of(ListenerConfig.tls("https", List.of(new HostPort("", 443)))),
                    List.of(
                            RouteConfig.of("www.example.com", "www.example.com"),
                            RouteConfig.of("shop.example.com", "shop.example.com")),
                    List.of(
                            PoolConfig.of("www.example.com", backends("10.0.0.11:443")),
                            PoolConfig.of("shop.example.com", backends("10.0.0.21:443", "10.0.0.22:443"))));
            assertEquals(expected, config);
        }

        /** The records' own defaults, spelled out once more: a default that changes is a change for every user. */
        @Test
        void areWhatTheExampleSays() throws IOException {
            ConfigResult result = ConfigFile.read(Path.of("../deploy/usher.example.yaml"), environment::get);
            UsherConfig config = valid(result);

            assertEquals(
                    new ListenerConfig(
                            "https",
                            ListenerType.TLS,
                            List.of(HostPort.parse("0.0.0.0:443"), HostPort.parse("[::]:443")),
                            SocketRights.DEFAULT,
                            ListenOptions.DEFAULT,
                            new ClientHelloConfig(Duration.ofSeconds(5), 65_536),
                            new NotTls("not_tls.ssh@https", null, null, null),
                            new Silent("silent@https", Duration.ofSeconds(2)),
                            HttpConfig.DEFAULT,
                            AcceptProxyProtocol.NONE,
                            List.of(),
                            20_000,
                            null,
                            OwnRoutes.NONE,
                            ForwardProxy.DEFAULT),
                    config.listeners().get("https"));
            assertEquals(
                    ListenerConfig.tcp("cache", List.of(HostPort.parse("127.0.0.1:11000")), "cache"),
                    config.listeners().get("cache"));

            assertEquals(
                    List.of("www.example.com", "blog.example.com", "shop.example.com", "*.example.net", ".example.org"),
                    config.routes().stream()
                            .limit(5)
                            .map(route -> route.pattern().text())
                            .toList());
            assertEquals(
                    RouteConfig.of(
                                    "db.example.com",
                                    Target.of("db")
                                            .withAlpn(Map.of("acme-tls/1", "acme"))
                                            .withAllow(List.of(Cidr.parse("10.0.0.0/8"))))
                            .withListeners(List.of("https", "web"))
                            .withHttp(new HttpRule(HttpRule.Action.ACME, "acme80", false, false)),
                    config.routes().get(5));
            assertEquals(Fallback.REJECT, config.defaultRoute());
            assertEquals(Fallback.REJECT, config.noSniRoute());

            PoolConfig web = Objects.requireNonNull(config.pools().get("web"));
            assertEquals(
                    List.of(
                            BackendConfig.of(HostPort.parse("10.0.0.11:443")),
                            new BackendConfig(HostPort.parse("10.0.0.12:443"), 2, 2000, false),
                            new BackendConfig(HostPort.parse("spare.internal:443"), 1, 0, true)),
                    web.backends());
            assertEquals(HealthCheckConfig.Type.TLS, web.healthCheck().type());
            assertEquals("www.example.com", web.healthCheck().serverName());
            assertFalse(web.healthCheck().verify());

            PoolConfig blog = Objects.requireNonNull(config.pools().get("blog.example.com"));
            assertEquals(PoolConfig.of("blog.example.com", backends("10.0.0.7:443")), blog);
            assertEquals(Balance.ROUND_ROBIN, blog.balance());
            assertEquals(
                    new TimeoutsConfig(
                            Duration.ofSeconds(3),
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(5),
                            Duration.ofHours(1),
                            Duration.ofMinutes(5),
                            null),
                    blog.timeouts());
            assertEquals(2, blog.retries());
            HealthCheckConfig check = blog.healthCheck();
            assertEquals(HealthCheckConfig.Type.TCP, check.type());
            assertEquals(Duration.ofSeconds(2), check.interval());
            assertEquals(Duration.ofSeconds(1), check.timeout());
            assertEquals(List.of(2, 3, 10), List.of(check.rise(), check.fall(), check.jitterPercent()));
            assertEquals(new EjectionConfig(5, Duration.ofSeconds(30), Duration.ofMinutes(5), 50), blog.ejection());
            assertNull(blog.slowStart());
            assertEquals(SendProxyProtocol.NONE, blog.sendProxyProtocol());
            assertEquals(Duration.ofSeconds(30), blog.resolve().interval());

            assertEquals(LimitsConfig.DEFAULT, config.limits());
            assertEquals(0, config.workers());
            assertEquals(new ShutdownConfig(Duration.ofSeconds(30), Duration.ZERO), config.shutdown());
            assertEquals(
                    new ReloadConfig(
                            true, Duration.ofMillis(300), Duration.ofSeconds(5), ReloadConfig.OnRemovedBackend.DRAIN),
                    config.reload());
            assertEquals(
                    new AdminConfig(
                            HostPort.parse("127.0.0.1:9000"),
                            List.of("localhost", "127.0.0.1", "[::1]"),
                            List.of(),
                            null,
                            true),
                    config.admin());
            assertEquals(LoggingConfig.DEFAULT, config.logging());
        }

        @Test
        void areFoldedIntoEveryPoolKeyByKey() throws IOException {
            UsherConfig config = valid("""
                    routes: { a.example: web, b.example: 10.0.0.2:443 }
                    defaults:
                      retries: 7
                      timeouts: { connect: 1s, idle: 10m }
                    pools:
                      web:
                        backends: 10.0.0.1:443
                        timeouts: { idle: 20m, max_lifetime: 1d }
                    """);
            PoolConfig web = Objects.requireNonNull(config.pools().get("web"));
            PoolConfig brought = Objects.requireNonNull(config.pools().get("b.example"));
            assertEquals(List.of(7, 7), List.of(web.retries(), brought.retries()));
            Duration half = Duration.ofMinutes(5);
            assertEquals(
                    new TimeoutsConfig(
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(5),
                            Duration.ofMinutes(20),
                            half,
                            Duration.ofDays(1)),
                    web.timeouts());
            assertEquals(
                    new TimeoutsConfig(
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(5),
                            Duration.ofMinutes(10),
                            half,
                            null),
                    brought.timeouts());
        }

        @Test
        void canBeTakenBack() throws IOException {
            UsherConfig config = valid("""
                    routes: { a.example: web, b.example: 10.0.0.2:443 }
                    defaults: { timeouts: { max_lifetime: 1h }, ejection: none, health_check: none, slow_start: 5s }
                    pools:
                      web:
                        backends: 10.0.0.1:443
                        timeouts: { max_lifetime: none }
                        ejection: { consecutive_failures: 5 }
                        health_check: { type: tcp }
                        slow_start: none
                    """);
            assertEquals(
                    PoolConfig.of("web", backends("10.0.0.1:443")),
                    config.pools().get("web"));
            PoolConfig other = Objects.requireNonNull(config.pools().get("b.example"));
            assertFalse(other.ejection().isOn());
            assertEquals(HealthCheckConfig.Type.NONE, other.healthCheck().type());
        }
    }

    @Nested
    class Values {
        @Test
        void areSubstitutedAndNeverParsedAgain() throws IOException {
            environment.put("HOST", "10.0.0.1");
            environment.put("EMPTY", "");
            environment.put("TRICK", "a: {b: [${HOST}");
            write("port", "8443\n");
            environment.put("DIR", dir().toString());
            UsherConfig config = valid("""
                    routes:
                      a.example: ${HOST}:${file:port}
                      b.example: ${NONE:-${HOST}}:${EMPTY:-443}
                      c.example: "${HOST:?needed}:${file:${DIR}/port}"
                    logging: { access: { output: "/var/log/$$x/${TRICK}" } }
                    """);
            assertEquals(
                    List.of("10.0.0.1:8443", "10.0.0.1:443", "10.0.0.1:8443"),
                    config.pools().values().stream()
                            .map(pool -> pool.backends().getFirst().address().toString())
                            .toList());
            assertEquals(Output.FILE, config.logging().access().output());
            assertEquals(
                    Path.of("/var/log/$x/a: {b: [${HOST}"),
                    config.logging().access().file());
        }

        @Test
        void mayBeAliasesAndMerges() throws IOException {
            UsherConfig config = valid("""
                    routes: { a.example: &one 10.0.0.1:443, b.example: *one, c.example: web }
                    pools:
                      base: &base { backends: [*one], retries: 5, timeouts: { connect: 1s } }
                      web:
                        <<: *base
                        retries: 6
                    default_route: base
                    """);
            PoolConfig web = Objects.requireNonNull(config.pools().get("web"));
            assertEquals(6, web.retries());
            assertEquals(Duration.ofSeconds(1), web.timeouts().connect());
            assertEquals(backends("10.0.0.1:443"), web.backends());
        }

        @Test
        void addressesAllowedInARouteAreAllowedForItsRequestsToo() throws IOException {
            UsherConfig config = valid("""
                    listeners: { web: { type: http, bind: 127.0.0.1:80 }, https: { bind: 127.0.0.1:443 } }
                    routes:
                      "*.a.example":
                        http: { action: forward, pool: "{name}:8080" }
                        pool: "{name}:443"
                        to: [10.0.0.0/8]
                        deny_to: [10.0.0.1]
                    default_route: { pool: "{name}:443", http: { action: forward, pool: "{name}:8080" } }
                    """);
            PoolConfig requests = Objects.requireNonNull(config.pools().get("*.a.example:80"));
            assertEquals(
                    Objects.requireNonNull(config.pools().get("*.a.example")).addressRules(), requests.addressRules());
            assertEquals(1, requests.addressRules().denyTo().size());
            assertTrue(Objects.requireNonNull(config.pools().get("default_route:80"))
                    .addressRules()
                    .isNone());
        }

        @Test
        void mayBeginWithAByteOrderMarkAndEndLinesAsWindowsDoes() throws IOException {
            valid("\uFEFFroutes:\r\n  a.example: 10.0.0.1:443\r\n");
        }

        @Test
        void keepTheirWordInEveryChoice() throws Exception {
            Certificates.Leaf leaf = new Certificates().leaf("localhost");
            UsherConfig config = valid("""
                    routes: { a.example: 10.0.0.1:443 }
                    defaults: { balance: client-hash }
                    default_route: close
                    no_sni_route: close
                    workers: 4
                    admin:
                      bind: :9000
                      tokens: [{ name: ops, role: operator, sha256: %s }]
                      tls: { cert: "%s", key: "%s" }
                    logging: { level: debug, format: json, access: { output: none, client_ip: hashed, sample_ok: 5%%, empty: true } }
                    """.formatted("0a".repeat(32), leaf.chainFile(), leaf.keyFile()));
            assertEquals(Fallback.CLOSE, config.defaultRoute());
            assertEquals(4, config.workers());
            assertEquals(
                    AdminConfig.Role.OPERATOR,
                    config.admin().tokens().getFirst().role());
            assertEquals(5, config.logging().access().sampleOkPercent());
            assertTrue(config.logging().access().empty());
            assertFalse(valid("routes: { a.example: 10.0.0.1:443 }")
                    .logging()
                    .access()
                    .empty());
        }
    }

    /** Files beside the configuration: to find out at the start that they are of no use would be late. */
    @Nested
    class FilesThatAreNamed {
        private String toldOfTls(Path cert, Path key) throws IOException {
            return told("""
                    routes: { a.example: 10.0.0.1:443 }
                    admin:
                      tls:
                        cert: %s
                        key: %s
                    """.formatted(cert, key));
        }

        @Test
        void areThere() throws IOException {
            assertEquals("""
                    usher.yaml:4:11 admin.tls.cert /nope.crt cannot be read: no such file
                    usher.yaml:5:10 admin.tls.key /nope.key cannot be read: no such file""", toldOfTls(Path.of("/nope.crt"), Path.of("/nope.key")));
        }

        @Test
        void areWhatTheyAreSaidToBe() throws Exception {
            Certificates.Leaf leaf = new Certificates().leaf("a.example");
            String told = toldOfTls(leaf.keyFile(), leaf.chainFile());
            assertTrue(told.contains("usher.yaml:4:11 admin.tls.cert " + leaf.keyFile()), told);
            assertTrue(
                    told.contains("usher.yaml:5:10 admin.tls.key " + leaf.chainFile() + " has no private key in PEM"),
                    told);
        }

        @Test
        void belongTogether() throws Exception {
            Certificates certificates = new Certificates();
            Certificates.Leaf leaf = certificates.leaf("a.example");
            Path other = certificates.leaf("b.example").keyFile();
            assertEquals(
                    "usher.yaml:5:10 admin.tls.key " + other + " is not the key of the certificate in "
                            + leaf.chainFile() + ", whose own must be the first in its file",
                    toldOfTls(leaf.chainFile(), other));
        }

        @Test
        void areAuthoritiesToTrust() throws IOException {
            assertEquals(
                    "usher.yaml:2:53 defaults.health_check.trust_store /nope.pem cannot be read: no such file",
                    told("routes: { a.example: 10.0.0.1:443 }\n"
                            + "defaults: { health_check: { type: tls, trust_store: /nope.pem } }"));
        }
    }

    /** A name can stand for what never ends or never answers: each has its fault at its place, at once. */
    @Nested
    @Timeout(60)
    class NoRegularFiles {
        private static final String ROUTE = "routes: { a.example: 10.0.0.1:443 }\n";

        private Path pipe() throws Exception {
            Path pipe = dir().resolve("pipe");
            assertEquals(
                    0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
            return pipe;
        }

        @Test
        void areNoValues() throws Exception {
            pipe();
            assertEquals(
                    "usher.yaml:2:12 ${file:pipe} cannot be read: is a pipe, not a file",
                    told(ROUTE + "workers:   ${file:pipe}"));
            assertEquals(
                    "usher.yaml:2:10 ${file:/dev/zero} cannot be read: is a device, not a file",
                    told(ROUTE + "workers: ${file:/dev/zero}"));
        }

        @Test
        void areNoAuthorities() throws IOException {
            assertEquals(
                    "usher.yaml:2:53 defaults.health_check.trust_store /dev/zero cannot be read: is a device, not a file",
                    told(ROUTE + "defaults: { health_check: { type: tls, trust_store: /dev/zero } }"));
        }

        @Test
        void areNoCertificatesAndKeys() throws Exception {
            pipe();
            assertEquals("""
                    usher.yaml:2:23 admin.tls.cert /dev/zero cannot be read: is a device, not a file
                    usher.yaml:2:39 admin.tls.key pipe cannot be read: is a pipe, not a file""", told(ROUTE + "admin: { tls: { cert: /dev/zero, key: pipe } }"));
        }

        @Test
        void areNotIncluded() throws Exception {
            pipe();
            assertEquals("usher.yaml:2:10 pipe cannot be read: is a pipe, not a file", told(ROUTE + "include: pipe"));
        }

        @Test
        void areReadAsTheFileItselfOnlyAtTheStart() throws Exception {
            Path pipe = pipe();
            new ProcessBuilder("sh", "-c", "printf '%s' \"$1\" > \"$2\"", "sh", ROUTE, pipe.toString()).start();
            assertEquals(1, valid(ConfigFile.read(pipe)).routes().size());
            assertEquals("0:0 cannot be read: is a pipe, not a file", only(ConfigFile.readAgain(pipe)));
        }
    }

    /** A large text is not compared with every word, and not repeated in full. */
    @Nested
    class LongTexts {
        private static final int LENGTH = 2_000_000;
        private static final long MOST_BYTES = 200L << 20;

        private long allocated(String yaml) throws IOException {
            Path file = write("usher.yaml", yaml);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            ConfigResult result = ConfigFile.read(file);
            new DiagnosticText(false).render(result.diagnostics());
            assertTrue(result instanceof ConfigResult.Invalid);
            return threads.getCurrentThreadAllocatedBytes() - before;
        }

        @Test
        void costLittleAsKeysAndValues() throws IOException {
            String text = "a".repeat(LENGTH);
            for (String yaml : List.of(
                    "? " + text + "\n: 1\n",
                    "? \"" + text + "\"\n: 1\n",
                    "routes: { a.example: 10.0.0.1:443 }\ndefaults: { balance: " + text + " }\n",
                    "routes: { a.example: " + text + " }\n",
                    text)) {
                long bytes = allocated(yaml);
                assertTrue(bytes < MOST_BYTES, bytes + " bytes for " + yaml.substring(0, 60));
            }
        }

        @Test
        void areShownAroundTheFault() throws IOException {
            String told = new DiagnosticText(false)
                    .render(read("routes: { " + "a.example: 10.0.0.1:443, ".repeat(40_000) + "}")
                            .diagnostics());
            assertTrue(told.length() < 20_000, told.length() + " characters");
            assertTrue(told.contains("and 9,981 more"), told.substring(told.length() - 200));
            assertTrue(told.endsWith("\n10001 errors, 0 warnings.\n"), told.substring(told.length() - 200));
        }
    }

    @Nested
    class Includes {
        @Test
        void areReadInLexicalOrder() throws IOException {
            write("conf.d/20-b.yaml", "routes: { b.example: web }");
            write("conf.d/10-a.yaml", "routes: { a.example: web }\npools: { web: { backends: 10.0.0.1:443 } }");
            write("conf.d/.hidden.yaml", "rubbish");
            write("conf.d/notes.txt", "rubbish");
            ConfigResult result = read("include: conf.d/*.yaml\ndefaults: { retries: 9 }");
            UsherConfig config = valid(result);
            assertEquals(
                    List.of("a.example", "b.example"),
                    config.routes().stream()
                            .map(route -> route.pattern().text())
                            .toList());
            assertEquals(9, Objects.requireNonNull(config.pools().get("web")).retries());
            assertEquals(
                    List.of("usher.yaml", "conf.d/10-a.yaml", "conf.d/20-b.yaml"),
                    result.files().stream()
                            .map(file -> dir().relativize(file).toString())
                            .toList());
        }

        /** As in {@code ${file:}} and {@code include}, wherever usher was started. */
        @Test
        void relativePathsBeginAtTheFileThatHasThem() throws Exception {
            Path authority = new Certificates().leaf("a.example").chainFile();
            Files.copy(authority, write("conf.d/authority.pem", ""), StandardCopyOption.REPLACE_EXISTING);
            write("conf.d/a.yaml", """
                    pools:
                      web: { backends: 10.0.0.1:443, health_check: { type: tls, verify: true, trust_store: authority.pem } }
                    """);
            UsherConfig config = valid("""
                    include: conf.d/*.yaml
                    routes: { a.example: web }
                    logging: { access: { output: ./log/access.log } }
                    """);
            assertEquals(
                    dir().resolve("conf.d/authority.pem"),
                    Objects.requireNonNull(config.pools().get("web"))
                            .healthCheck()
                            .trustStore());
            assertEquals(
                    dir().resolve("log/access.log"), config.logging().access().file());
        }

        @Test
        void nameBothPlacesOfADuplicate() throws IOException {
            write("a.yaml", "pools: { web: { backends: 10.0.0.1:443 } }\ndefaults: { retries: 1 }");
            write("b.yaml", "routes: { A.example: web }\npools: { web: { backends: 10.0.0.1:443 } }");
            assertEquals("""
                    a.yaml:2:13 duplicate key "retries" in defaults, first at usher.yaml:3:13
                    b.yaml:1:11 duplicate route "A.example", first at usher.yaml:2:11
                    b.yaml:2:10 duplicate key "web" in pools, first at a.yaml:1:10""", told("""
                            include: [a.yaml, b.yaml]
                            routes: { a.example: web }
                            defaults: { retries: 2 }
                            """));
        }

        @Test
        void holdNothingButRoutesPoolsAndDefaults() throws IOException {
            write("a.yaml", "include: b.yaml\nworkers: 2\npols: {}\nroutes: [x]");
            assertEquals("""
                    a.yaml:1:1 an included file cannot include others
                    a.yaml:2:1 an included file may hold routes, pools, defaults and expect, not "workers"
                    a.yaml:3:1 an included file may hold routes, pools, defaults and expect, not "pols"; did you mean "pools"?
                    a.yaml:4:9 routes must be a mapping, was a list""", told("include: a.yaml\nroutes: { a.example: 10.0.0.1:443 }"));
        }

        /** A team that has its names in a file of its own writes its expectations there. */
        @Test
        void mayExpect() throws IOException {
            write("a.yaml", "routes: { a.example: 10.0.0.1:443 }\nexpect: { a.example: reject, b.example: reject }");
            assertEquals(
                    "a.yaml:2:22 expect.a.example: reject is expected, and a client of listener https gets pool a.example:"
                            + " route a.example matches",
                    told("include: a.yaml\nexpect: { c.example: reject }"));
        }

        @Test
        void haveSectionsThatAreMisspeltAndReadNevertheless() throws IOException {
            write("a.yaml", "route: { b.example: web, c.example: wbe }\npols: { web: { backends: \"10.0.0.1:443\" } }");
            assertEquals("""
                    usher.yaml:1:1 unknown key "includes"; did you mean "include"?
                    a.yaml:1:1 an included file may hold routes, pools, defaults and expect, not "route"; did you mean "routes"?
                    a.yaml:1:37 route c.example names pool "wbe", which does not exist; did you mean "web" (a.yaml:2:9)?
                    a.yaml:2:1 an included file may hold routes, pools, defaults and expect, not "pols"; did you mean "pools"?""", told("includes: a.yaml"));
        }

        @Test
        void areNoReasonToMissAPoolThatABrokenOneMayHave() throws IOException {
            write("a.yaml", "pools:\n  web: [");
            assertEquals(
                    "a.yaml:2:9 the file ends inside a list or a mapping: a ] or } is missing",
                    told("include: a.yaml\nroutes: { a.example: web }"));
        }

        @Test
        void countOnceThroughTwoPatterns() throws IOException {
            write("a.yaml", "routes: { a.example: 10.0.0.1:443 }");
            assertEquals(
                    1, valid(read("include: [a.yaml, \"[a].yaml\"]")).routes().size());
        }
    }

    @Nested
    class Unreadable {
        @Test
        void thatAreAbsentOrNoFile() {
            assertEquals("0:0 cannot be read: no such file", only(ConfigFile.read(dir().resolve("none.yaml"))));
            assertEquals("0:0 cannot be read: is a directory", only(ConfigFile.read(dir())));
        }

        @ParameterizedTest
        @ValueSource(strings = {"%s: x", "\"%s\": x", "  %s: x", "\"%s a: b\": x"})
        void thatHaveTooLongAKey(String line) throws IOException {
            String tooLong = line.formatted("a".repeat(1025));
            String said = only(ConfigFile.read(write("long.yaml", "routes:\n  b.example: 10.0.0.1:443\n" + tooLong)));
            assertEquals("3:" + (line.startsWith("  ") ? 3 : 1) + " a key has at most 1024 characters", said);
        }

        @Test
        void thatHaveALongValueWithASecondColon() throws IOException {
            String said = only(ConfigFile.read(write("value.yaml", "routes: " + "a".repeat(1025) + ": x\n")));
            assertTrue(said.contains("a second colon"), said);
        }

        /** A place is kept for the file that names the others. */
        @Test
        void includesThatHangDoNotKeepTheMainFileFromBeingRead() throws Exception {
            CountDownLatch server = new CountDownLatch(1);
            try {
                for (int i = 0; i < 8; i++) {
                    Path dead = Path.of("/net/dead" + i);
                    assertThrows(
                            NoAnswerException.class,
                            () -> FileCalls.run(dead, Duration.ofMillis(20), () -> {
                                try {
                                    server.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                                return dead;
                            }));
                }
                Path included = write("more.yaml", "routes: { a.example: 10.0.0.1:443 }\n");
                Path main = write("main.yaml", "include: more.yaml\nroutes: { b.example: 10.0.0.1:x }\n");
                List<String> said = ConfigFile.read(main).diagnostics().stream()
                        .map(DiagnosticText::line)
                        .toList();
                assertEquals(2, said.size(), said::toString);
                assertTrue(said.getFirst().contains("main.yaml:1:10"), said::toString);
                assertTrue(said.getFirst().contains("was not looked at: 8 other files do not answer"), said::toString);
                assertTrue(said.getLast().contains("main.yaml:2:"), said::toString);
                assertTrue(Files.exists(included));
            } finally {
                server.countDown();
            }
        }

        @Test
        void thatAreTooLarge() throws IOException {
            int most = NamedFile.Kind.CONFIGURATION.maxBytes();
            Path file = write("large.yaml", "#".repeat(most + 1));
            assertEquals("0:0 is larger than " + Units.sizeText(most), only(ConfigFile.read(file)));
        }

        @Test
        void thatAreNotUtf8() throws IOException {
            Path file = dir().resolve("latin1.yaml");
            Files.write(file, "routes:\n  bücher.example: x\n".getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("2:4 byte 0xFC is not UTF-8 text", only(ConfigFile.read(file)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "\uFEFFUTF-16LE", "\uFEFFUTF-16BE"})
        void thatAreUtf16WithAndWithoutAMark(String encoding) throws IOException {
            Path file = dir().resolve("wide.yaml");
            String mark = encoding.startsWith("\uFEFF") ? "\uFEFF" : "";
            Charset charset = Charset.forName(encoding.substring(mark.length()));
            Files.write(file, (mark + "routes:\n  a.example: 10.0.0.1:443\n").getBytes(charset));
            String order = encoding.endsWith("LE") ? "little" : "big";
            assertEquals("1:1 this is UTF-16 (" + order + " endian) text", only(ConfigFile.read(file)));
        }

        @Test
        void thatAreUtf32() throws IOException {
            Path file = dir().resolve("wider.yaml");
            Files.write(file, "\uFEFFroutes: {}\n".getBytes(Charset.forName("UTF-32LE")));
            assertEquals("1:1 this is UTF-32 text", only(ConfigFile.read(file)));
        }

        @Test
        void thatHoldControlCharacters() throws IOException {
            assertEquals("2:3 character U+0007 is not allowed in YAML", only(read("routes:\n  \u0007: x\n")));
        }

        /** A parser that recurses, or a reader that copies aliases, would not come back from these. */
        @Test
        void thatNestOrMultiplyWithoutEnd() throws IOException {
            assertEquals("1:41 nested more than 32 deep", only(read("routes: [" + "[".repeat(1_000_000))));
            StringBuilder laughs = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
            for (char name = 'b'; name < 'k'; name++) {
                String inner = ("*" + (char) (name - 1) + ", ").repeat(10);
                laughs.append("%c: &%c [%s]\n".formatted(name, name, inner));
            }
            assertTrue(only(read(laughs.toString()))
                    .endsWith("more than " + YamlTree.MAX_ITEMS + " values, with aliases expanded"));
        }
    }

    @Test
    void saysOfASharedValueWhoCannotUseIt() throws IOException {
        assertEquals("""
                usher.yaml:1:22 routes.a.example: port must be 1..65535, was 0
                usher.yaml:1:22 routes.b.example: port must be 1..65535, was 0""", told("routes: { a.example: &one 10.0.0.1:0, b.example: *one }"));
    }

    private Path dir() {
        return Objects.requireNonNull(directory);
    }

    private Path write(String name, String text) throws IOException {
        Path file = dir().resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        return Files.writeString(file, text);
    }

    private ConfigResult read(String yaml) throws IOException {
        return ConfigFile.read(write("usher.yaml", yaml), environment::get);
    }

    private UsherConfig valid(String yaml) throws IOException {
        return valid(read(yaml));
    }

    private static UsherConfig valid(ConfigResult result) {
        return switch (result) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid ->
                throw new AssertionError(new DiagnosticText(false).render(invalid.diagnostics()));
        };
    }

    private String told(String yaml) throws IOException {
        return read(yaml).diagnostics().stream()
                .map(d -> d.file() + ":" + d.line() + ":" + d.column() + " " + d.message())
                .collect(Collectors.joining("\n"))
                .replace(dir() + "/", "");
    }

    private static String only(ConfigResult result) {
        assertEquals(1, result.diagnostics().size(), result.diagnostics().toString());
        Diagnostic diagnostic = result.diagnostics().getFirst();
        return diagnostic.line() + ":" + diagnostic.column() + " " + diagnostic.message();
    }

    private static List<BackendConfig> backends(String... addresses) {
        return List.of(addresses).stream()
                .map(HostPort::parse)
                .map(BackendConfig::of)
                .toList();
    }
}
