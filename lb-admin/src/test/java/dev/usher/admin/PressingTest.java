package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
import dev.usher.admin.attention.Pressing;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.pool.AdminState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is told at once of a mass outage, and how much of it there is. */
class PressingTest {
    private static Entry entry(Severity severity, Kind kind, int number) {
        return new Entry(severity, kind, kind + " " + number, "text", null, "pools");
    }

    @Test
    void showsAllOfAFew() {
        List<Entry> all = List.of(entry(Severity.CRITICAL, Kind.POOL_DOWN, 1), entry(Severity.INFO, Kind.DRAINING, 1));

        Pressing pressing = Pressing.of(all, 10);

        assertEquals(all, pressing.entries());
        assertEquals("", pressing.more());
        assertEquals(0, pressing.counts().get(Severity.WARNING));
    }

    @Test
    void givesEachKindItsShareAndCountsAll() {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(entry(Severity.CRITICAL, Kind.POOL_DOWN, i));
        }
        all.add(entry(Severity.WARNING, Kind.RELOAD_REFUSED, 0));
        for (int i = 0; i < 50; i++) {
            all.add(entry(Severity.WARNING, Kind.CERTIFICATE, i));
        }

        Pressing pressing = Pressing.of(all, 10);

        assertEquals(10, pressing.entries().size());
        assertEquals(251, pressing.total());
        assertEquals("and 241 more", pressing.more());
        assertEquals(
                List.of(5L, 1L, 4L),
                List.of(Kind.POOL_DOWN, Kind.RELOAD_REFUSED, Kind.CERTIFICATE).stream()
                        .map(kind -> pressing.entries().stream()
                                .filter(each -> each.kind() == kind)
                                .count())
                        .toList());
        assertEquals(Severity.CRITICAL, pressing.entries().getFirst().severity());
    }

    /** 300 pools of two backends that are all disabled: 300 things, and not 900, or 200. */
    @Test
    void aPoolHasItsBackendsInItsEntryAndTheTrueNumberIsTold() throws Exception {
        List<PoolConfig> pools = IntStream.range(0, 300)
                .mapToObj(i -> PoolConfig.of(
                        "pool-" + i,
                        List.of(
                                BackendConfig.of(HostPort.parse("127.0.0.1:" + (2 * i + 1))),
                                BackendConfig.of(HostPort.parse("127.0.0.1:" + (2 * i + 2))))))
                .toList();
        List<RouteConfig> routes = pools.stream()
                .map(pool -> RouteConfig.of(pool.name() + ".example.com", pool.name()))
                .toList();
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN, routes, pools)) {
            for (PoolConfig pool : pools) {
                for (BackendConfig backend : pool.backends()) {
                    admin.balancer
                            .control()
                            .setAdminState(
                                    pool.name(), backend.address().toString(), AdminState.DISABLED, "test", null);
                }
            }
            JsonNode status = json(admin, "/api/v1/status");
            assertEquals(10, status.path("attention").size());
            assertEquals(300, status.at("/attention_total/critical").asInt(), status::toPrettyString);
            assertEquals(0, status.at("/attention_total/info").asInt(), "backends are in their pools' entries");
            assertEquals(
                    300,
                    json(admin, "/api/v1/status?limit=1000").path("attention").size());
            assertTrue(admin.ask("GET /plain").says("and 290 more"));

            JsonNode page = json(admin, "/api/v1/pools?offset=290&limit=50");
            assertEquals(10, page.path("pools").size());
            assertEquals("pool-290", page.at("/pools/0/name").asString());
            assertEquals(300, page.path("matching").asInt());
            assertEquals(
                    111,
                    json(admin, "/api/v1/routes?filter=pool-1&limit=5")
                            .path("matching")
                            .asInt());
            assertEquals(
                    0, json(admin, "/api/v1/routes?offset=9999").path("routes").size());
            assertEquals(400, admin.ask("GET /api/v1/routes?offset=-1").status());
        }
    }

    private static JsonNode json(TestAdmin admin, String path) throws Exception {
        return JsonMapper.shared().readTree(admin.ask("GET " + path).body());
    }
}
