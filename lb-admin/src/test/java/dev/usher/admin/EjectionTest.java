package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.RouteConfig;
import dev.usher.pool.BackendState;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A backend that is left out: until when, in words and in numbers. */
class EjectionTest {
    private static final Duration OUT = Duration.ofMinutes(1);

    @Test
    void saysUntilWhenABackendIsLeftOut() throws Exception {
        Instant before = Instant.now();
        try (TestBackend closing = TestBackend.start(TestPeer::close);
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestAdmin admin = TestAdmin.start(
                        TestAdmin.OPEN,
                        List.of(RouteConfig.of("www.example.com", "web")),
                        List.of(PoolConfigBuilder.of("web")
                                .backend(closing.config())
                                .backend(good.config())
                                .ejection(1, OUT, OUT, 100)
                                .build()))) {
            Await.until(
                    () -> {
                        visit(admin);
                        return admin.balancer
                                        .looks()
                                        .backend("web", closing.name())
                                        .state()
                                == BackendState.EJECTED;
                    },
                    "it is ejected");
            JsonNode backend = json(admin, "/api/v1/pools/web/backends/" + closing.name());
            Instant until = Instant.parse(backend.path("ejected_until").asString());
            assertTrue(!until.isBefore(before.plus(OUT).minusSeconds(1)), until::toString);
            assertTrue(!until.isAfter(Instant.now().plus(OUT).plusSeconds(1)), until::toString);
            assertTrue(json(admin, "/api/v1/pools/web/backends/" + good.name())
                    .path("ejected_until")
                    .isNull());
            Await.until(
                    () -> json(admin, "/api/v1/status")
                            .at("/attention/0/text")
                            .asString()
                            .matches(
                                    "ejected until \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ at the latest \\(in \\d+ s\\):"
                                            + " 1 session in a row failed; ejected for 60 s"),
                    "the keeper has said why");
        }
    }

    private static void visit(TestAdmin admin) {
        try (TestPeer client = TestPeer.connect(
                admin.balancer.looks().addresses().values().iterator().next().getFirst())) {
            client.send(new HelloBuilder().name("www.example.com").records());
            client.read(new byte[1], 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(TestAdmin admin, String path) throws IOException {
        return JsonMapper.shared().readTree(admin.ask("GET " + path).body());
    }
}
