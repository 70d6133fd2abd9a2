package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What of the sources' answers is in the configuration. */
class MergingTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Map<String, Held> answers = new LinkedHashMap<>();

    private void says(String source, Instant since, String answer) throws IOException {
        answers.put(source, Held.after(null, Given.offer(answer), since));
    }

    private Merging.Merged merge(String yaml) throws IOException {
        return Merging.merge(Given.read(yaml), answers);
    }

    private static String pool(UsherConfig config, String name) {
        return config.routes().stream()
                .filter(route -> route.pattern().text().equals(name))
                .map(route -> route.pool())
                .findFirst()
                .orElse("none");
    }

    private static String leftOut(Merging.Merged merged, String source) {
        return Objects.requireNonNull(merged.leftOut().get(source)).toString();
    }

    @Test
    void bringsPoolsUnderTheSourcesName() throws IOException {
        says(
                "apps",
                NOON,
                "pools: { web: { backends: 10.9.0.2:443 } }\nroutes: { a.example: web, b.example: 10.9.0.3:443 }");
        UsherConfig merged = merge("""
                routes: { www.example: web }
                pools: { web: { backends: 10.9.0.1:443 } }
                sources: { apps: { type: docker, defaults: { health_check: none } } }
                """).config();
        assertEquals("web", pool(merged, "www.example"));
        assertEquals("web@apps", pool(merged, "a.example"));
        assertEquals("b.example@apps", pool(merged, "b.example"));
        assertEquals("apps", merged.originOf("web@apps"));
        assertEquals(null, merged.originOf("web"));
        PoolConfig brought = Objects.requireNonNull(merged.pools().get("web@apps"));
        assertEquals(HealthCheckConfig.Type.NONE, brought.healthCheck().type());
    }

    @Test
    void fileWins() throws IOException {
        says("apps", NOON, "routes: { WWW.example: 10.9.0.2:443, b.example: 10.9.0.3:443 }");
        Merging.Merged merged = merge("routes: { www.example: 10.9.0.1:443 }\nsources: { apps: { type: docker } }\n");
        assertEquals("www.example", pool(merged.config(), "www.example"));
        assertEquals("b.example@apps", pool(merged.config(), "b.example"));
        assertEquals(
                "[routes.WWW.example: WWW.example is taken: the file has routes.www.example]", leftOut(merged, "apps"));
    }

    /** Names below a wildcard are free for sources, but for those that the author has written down. */
    @Test
    void leavesOutWhatWouldBreakAnExpectation() throws IOException {
        says(
                "apps",
                NOON,
                "routes: { www.example.com: 10.9.0.2:443, '*.deep.example.com': 10.9.0.2:443, new.example.com: 10.9.0.2:443,"
                        + " .example.com: 10.9.0.2:443, old.example.org: 10.9.0.2:443 }");
        Merging.Merged merged = merge("""
                routes: { "*.example.com": web }
                pools: { web: { backends: 10.9.0.1:443 } }
                expect:
                  www.example.com: web
                  one.deep.example.com: 10.9.0.1:443
                  old.example.org: reject
                sources: { apps: { type: docker } }
                """);
        assertEquals("none", pool(merged.config(), "www.example.com"));
        assertEquals("none", pool(merged.config(), "*.deep.example.com"));
        assertEquals("none", pool(merged.config(), "old.example.org"));
        assertEquals("new.example.com@apps", pool(merged.config(), "new.example.com"));
        assertEquals(".example.com@apps", pool(merged.config(), ".example.com"), "wider than the file's");
        String parts = leftOut(merged, "apps");
        assertTrue(
                parts.contains("routes.www.example.com: www.example.com would take www.example.com from the file,"
                        + " which expects another outcome: expect.www.example.com, "),
                parts);
        assertTrue(parts.contains(":4:20"), parts);
    }

    @Test
    void keepsNoNameOfAListenersOwnRoutes() throws IOException {
        says("apps", NOON, "routes: { www.example.com: 10.9.0.2:443 }");
        Merging.Merged merged = merge("""
                listeners:
                  https: { bind: ":8443" }
                  inside: { bind: ":9443", routes: { "*.example.com": 10.9.0.1:443 } }
                expect: { www.example.com: { outcome: 10.9.0.1:443, listener: inside } }
                sources: { apps: { type: docker } }
                """);
        assertEquals("www.example.com@apps", pool(merged.config(), "www.example.com"));
        assertEquals("[]", leftOut(merged, "apps"));
    }

    @Test
    void olderClaimWins() throws IOException {
        says("one", NOON.plusSeconds(1), "routes: { a.example: 10.9.0.1:443 }");
        says("two", NOON, "routes: { a.example: 10.9.0.2:443, b.example: 10.9.0.3:443 }");
        Merging.Merged merged = merge("sources: { one: { type: docker }, two: { type: docker } }\n");
        assertEquals("a.example@two", pool(merged.config(), "a.example"));
        assertEquals("b.example@two", pool(merged.config(), "b.example"));
        assertEquals(
                "[routes.a.example: a.example is taken: source two has it, routes.a.example]", leftOut(merged, "one"));
    }

    @Test
    void bringsOnlyNamesOfTheSource() throws IOException {
        says(
                "apps",
                NOON,
                "routes: { a.apps.example: 10.9.0.1:443, .apps.example: 10.9.0.1:443, b.example: 10.9.0.1:443,"
                        + " \"*.apps.example\": 10.9.0.1:443 }");
        Merging.Merged merged = merge("sources: { apps: { type: docker, names: \"*.apps.example\" } }\n");
        assertEquals("a.apps.example@apps", pool(merged.config(), "a.apps.example"));
        assertEquals("*.apps.example@apps", pool(merged.config(), "*.apps.example"));
        assertEquals("none", pool(merged.config(), ".apps.example"), "it has apps.example too");
        assertEquals("none", pool(merged.config(), "b.example"));
    }

    /** Loopback, link-local and own addresses are for the file to give. */
    @Test
    void bringsNoAddressOfThisMachine() throws IOException {
        says("apps", NOON, """
                routes:
                  a.example: [127.0.0.1:22, 10.9.0.1:443]
                  b.example: 169.254.169.254:80
                  c.example: "[::1]:22"
                  d.example: localhost:22
                  e.example: "[::ffff:127.0.0.1]:22"
                  f.example: 0.0.0.0:22
                  g.example: "[fe80::1]:22"
                  h.example: "[64:ff9b::127.0.0.1]:22"
                """);
        Merging.Merged merged = merge("sources: { apps: { type: docker } }\n");
        assertEquals(
                List.of("a.example"),
                merged.config().routes().stream()
                        .map(route -> route.pattern().text())
                        .toList());
        PoolConfig brought = Objects.requireNonNull(merged.config().pools().get("a.example@apps"));
        assertEquals("10.9.0.1:443", brought.backends().getFirst().address().toString());
        assertEquals(1, brought.backends().size());
    }

    @Test
    void bringsAddressesThatTheFileAllows() throws IOException {
        says("apps", NOON, "routes: { a.example: 127.0.0.1:22, b.example: 127.0.0.2:22 }");
        Merging.Merged merged = merge("sources: { apps: { type: docker, to: 127.0.0.1/32 } }\n");
        assertEquals("a.example@apps", pool(merged.config(), "a.example"));
        assertEquals("none", pool(merged.config(), "b.example"));
    }

    @Test
    void neverBringsUsherItself() throws IOException {
        says("apps", NOON, "routes: { a.example: 127.0.0.1:9443, b.example: 127.0.0.1:9000 }");
        Merging.Merged merged = merge("""
                listeners: { https: { bind: ":9443" } }
                sources: { apps: { type: docker, to: 127.0.0.0/8 } }
                """);
        assertTrue(merged.config().routes().isEmpty());
        assertTrue(leftOut(merged, "apps").contains("is usher itself"), () -> leftOut(merged, "apps"));
    }

    /** A pool that the settings of the file do not fit is left out alone. */
    @Test
    void leavesOutPoolThatDoesNotFit() throws IOException {
        says("apps", NOON, "routes: { a.example: \"[2001:db8::1]:443\", b.example: 10.9.0.3:443 }");
        Merging.Merged merged = merge("defaults: { source: 127.0.0.1 }\nsources: { apps: { type: docker } }\n");
        assertEquals("none", pool(merged.config(), "a.example"));
        assertEquals("b.example@apps", pool(merged.config(), "b.example"));
    }
}
