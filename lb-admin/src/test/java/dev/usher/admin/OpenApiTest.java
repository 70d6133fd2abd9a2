package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.TestAdmin.Answer;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;
import dev.usher.config.RouteConfig;
import dev.usher.config.Silent;
import dev.usher.config.UsherConfig;
import dev.usher.event.Event;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TlsServer;
import dev.usher.tls.HelloBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The description of the API against what answers: with a TLS backend that shows a certificate for two routes, an open
 * connection, names, events and a reload, so that no list of an answer is empty.
 */
class OpenApiTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String JSON_TYPE = "Content-Type: application/json";

    private final JsonNode document;
    private final Schema schema;

    @SuppressWarnings("NullAway.Init")
    private TlsServer backend;

    @SuppressWarnings("NullAway.Init")
    private TestAdmin admin;

    @SuppressWarnings("NullAway.Init")
    private TestPeer client;

    OpenApiTest() throws IOException {
        try (var in = Api.class.getResourceAsStream("openapi.yaml")) {
            document = YAMLMapper.builder().build().readTree(in);
        }
        schema = new Schema(document);
    }

    @BeforeEach
    void start() throws Exception {
        backend = TlsServer.start(TlsServer.Identity.of("www.example.com", "other.example.com"), "hello");
        admin = TestAdmin.start(
                TestAdmin.OPEN,
                List.of(RouteConfig.of("www.example.com", "web"), RouteConfig.of("other.example.com", "other")),
                List.of(
                        PoolConfigBuilder.of("web")
                                .check(HealthCheckConfig.Type.TLS)
                                .serverName("www.example.com")
                                .warnExpiry(Duration.ofHours(12))
                                .backend(backend.config())
                                .build(),
                        PoolConfigBuilder.of("other").weights(1, 2).build()));
        Await.until(
                () -> admin.balancer
                                .looks()
                                .pools()
                                .getFirst()
                                .backends()
                                .getFirst()
                                .certificate()
                        != null,
                "the probe has seen the certificate");
        try (TestPeer refused = connect("nobody.example")) {
            refused.ending();
        }
        Await.until(
                () -> admin.balancer.looks().openSessions() == 0, "the refused one is gone, or it would count below");
        client = connect("www.example.com");
        Await.until(
                () -> admin.balancer
                                .looks()
                                .pools()
                                .getFirst()
                                .backends()
                                .getFirst()
                                .open()
                        == 1,
                "one is open, and its pool is known");
        Await.until(
                () -> admin.balancer.looks().events().stream()
                        .anyMatch(event -> event.text().contains("covers route")),
                "the hazard is told, and the test's own event comes after it");
        admin.source.reload("test");
        admin.balancer.report(Event.Kind.WARNING, "test", "an event");
    }

    private TestPeer connect(String name) throws IOException {
        TestPeer peer = TestPeer.connect(
                admin.balancer.looks().addresses().values().iterator().next().getFirst());
        peer.send(new HelloBuilder().name(name).alpn("h2").records());
        return peer;
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        admin.close();
        backend.close();
    }

    // ---- the same operations on both sides ----

    @Test
    void everyHandlerIsDescribedAndEveryDescriptionHasAHandler() {
        TreeSet<String> described = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (String method : path.getValue().propertyNames()) {
                described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
            }
        }
        TreeSet<String> handled = new TreeSet<>();
        admin.server.operations().forEach(entry -> handled.add(entry.method() + " " + entry.path()));
        assertEquals(described, handled);
    }

    @Test
    void operationsHaveNamesOfTheirOwn() {
        List<String> names = new ArrayList<>();
        for (JsonNode path : document.get("paths")) {
            for (JsonNode operation : path) {
                names.add(operation.get("operationId").asString());
                assertTrue(operation.has("summary"), operation::toString);
            }
        }
        assertEquals(names.size(), new TreeSet<>(names).size());
    }

    // ---- answers ----

    private JsonNode assertFits(String operation, Answer answer) {
        String[] parts = operation.split(" ", -1);
        JsonNode responses = document.get("paths")
                .get(parts[1])
                .get(parts[0].toLowerCase(Locale.ROOT))
                .get("responses");
        assertEquals(200, answer.status(), operation + ": " + answer);
        assertEquals("application/json", answer.header("content-type"), operation);
        JsonNode value = JSON.readTree(answer.body());
        JsonNode expected =
                responses.get("200").get("content").get("application/json").get("schema");
        assertEquals(List.of(), schema.faults(expected, value), () -> operation + ": " + value);
        return value;
    }

    private JsonNode get(String template, String path) throws IOException {
        return assertFits("GET " + template, admin.ask("GET /api/v1" + path));
    }

    private static void assertNotEmpty(JsonNode value, String list) {
        assertFalse(value.get(list).isEmpty(), () -> list + " is empty: " + value);
    }

    @Test
    void clientsWithoutTlsAreAmongTheRoutes() throws Exception {
        UsherConfig config = admin.balancer.looks().config();
        ListenerConfig https = config.listeners()
                .values()
                .iterator()
                .next()
                .withNotTls(new NotTls("web", null, null, null))
                .withSilent(new Silent("other", Silent.DEFAULT_AFTER));
        admin.balancer.apply(UsherConfig.of(
                List.of(https), config.routes(), List.copyOf(config.pools().values())));
        try (TestPeer ssh = TestPeer.connect(
                admin.balancer.looks().addresses().values().iterator().next().getFirst())) {
            ssh.send("SSH-2.0-test\r\n".getBytes(StandardCharsets.US_ASCII)).ending();
        }
        Await.until(
                () -> admin.balancer
                                .looks()
                                .defaultTraffic("https", "not_tls.ssh")
                                .sessions()
                        == 1,
                "ended");
        JsonNode routes = get("/routes", "/routes?filter=https").get("routes");
        assertEquals(
                List.of("not_tls.ssh not_tls web 1", "silent silent other 0"),
                routes.valueStream()
                        .map(route -> route.get("name").asString() + " "
                                + route.get("kind").asString() + " "
                                + route.get("pool").asString() + " " + route.get("sessions_total"))
                        .toList());
    }

    @Test
    void everyReadFitsItsSchema() throws Exception {
        String address = URLEncoder.encode(backend.config().address().toString(), StandardCharsets.UTF_8);
        assertNotEmpty(get("/status", "/status"), "attention");
        assertNotEmpty(get("/listeners", "/listeners"), "listeners");
        assertEquals(4, get("/routes", "/routes").get("routes").size());
        assertEquals(2, get("/pools", "/pools").get("pools").size());
        assertEquals(2, get("/map", "/map").get("pools").size());
        assertEquals("bytes", get("/map", "/map?by=bytes").get("measure").asString());
        get("/pools/{pool}", "/pools/web");
        get("/pools/{pool}/latency", "/pools/web/latency");
        JsonNode one = get("/pools/{pool}/backends/{address}", "/pools/web/backends/" + address);
        assertTrue(one.get("certificate").isObject(), one::toString);
        assertEquals(0.5, one.get("certificate").get("warn_expiry_days").asDouble(), "what its pool says");
        assertTrue(one.get("last_probe").isObject(), one::toString);
        assertNotEmpty(get("/connections", "/connections"), "connections");
        assertNotEmpty(get("/failures", "/failures"), "failures");
        assertEquals(
                0,
                get("/failures", "/failures?reason=no_backend").get("failures").size());
        assertNotEmpty(get("/failures", "/failures?reason=unknown_name&filter=NOBODY"), "failures");
        assertNotEmpty(get("/names", "/names"), "names");
        assertNotEmpty(get("/events", "/events"), "events");
        JsonNode certificates = get("/certificates", "/certificates");
        assertNotEmpty(certificates, "certificates");
        assertNotEmpty(certificates, "hazards");
        assertNotEmpty(get("/config", "/config"), "reloads");
        assertNotEmpty(get("/explain", "/explain?name=www.example.com&alpn=h2&client=10.0.0.1"), "backends");
        assertEquals(
                "unknown_name",
                get("/explain", "/explain?name=no.example").get("refusal").asString());
        assertEquals(
                "xn--bcher-kva.example",
                get("/explain", "/explain?name=b%C3%BCcher.example").get("name").asString());
        JsonNode noName = get("/explain", "/explain?name=shop.example:8443");
        assertEquals("invalid_name", noName.get("refusal").asString());
        assertEquals("illegal_parameter", noName.get("alert").asString());
        assertEquals("shop.example:8443", noName.get("name").asString());
        assertTrue(noName.get("steps").get(1).asString().endsWith("ask for shop.example instead"));
        assertEquals("no_sni", get("/explain", "/explain").get("refusal").asString());
        assertNotEmpty(get("/system", "/system"), "licences");
        get("/history", "/history");
        Answer file = admin.ask("GET /api/v1/openapi.yaml");
        assertEquals("application/yaml", file.header("content-type"));
        assertTrue(file.says("openapi: 3.1.0"));
    }

    @Test
    void everyFrameOfTheStreamFitsItsSchema() throws Exception {
        try (Socket socket = admin.connect()) {
            socket.getOutputStream()
                    .write("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (line != null && !line.startsWith("data: ")) {
                line = lines.readLine();
            }
            JsonNode frame = JSON.readTree(String.valueOf(line).substring("data: ".length()));
            assertEquals(List.of(), schema.faults(document.at("/components/schemas/Frame"), frame), frame::toString);
        }
    }

    @Test
    void everyWriteFitsItsSchema() throws Exception {
        String path = "/pools/web/backends/" + backend.config().address();
        String template = "/pools/{pool}/backends/{address}";
        JsonNode changed = assertFits(
                "PATCH " + template,
                admin.send(
                        "PATCH /api/v1" + path,
                        "{\"admin_state\": \"drain\", \"weight\": 7, \"close_after_seconds\": 3600, \"force\": true}",
                        JSON_TYPE));
        assertEquals("draining", changed.get("state").asString());
        assertEquals(7, changed.get("weight").asInt());
        assertFits("POST /reload", admin.ask("POST /api/v1/reload"));

        String cid = get("/connections", "/connections")
                .get("connections")
                .get(0)
                .get("cid")
                .asString();
        assertFits("DELETE /connections/{cid}", admin.ask("DELETE /api/v1/connections/" + cid));
        Await.until(() -> admin.balancer.looks().openSessions() == 0, "it is closed");
        JsonNode closed =
                assertFits("DELETE " + template + "/connections", admin.ask("DELETE /api/v1" + path + "/connections"));
        assertEquals(0, closed.get("closed").asInt());
    }

    @Test
    void loginFitsItsSchema() throws Exception {
        try (TestAdmin guarded = TestAdmin.start(TestAdmin.config(TestAdmin.TOKENS, true))) {
            assertFits(
                    "POST /session",
                    guarded.send("POST /api/v1/session", "{\"token\": \"" + TestAdmin.VIEWER + "\"}", JSON_TYPE));
            assertEquals(204, guarded.ask("DELETE /api/v1/session").status());
        }
    }

    // ---- lists ----

    @Test
    void listsFollowLimitAndFilter() throws Exception {
        assertEquals(1, get("/routes", "/routes?limit=1").get("routes").size());
        JsonNode routes = get("/routes", "/routes?filter=OTHER");
        assertEquals(1, routes.get("routes").size());
        assertEquals(4, routes.get("total").asInt());
        assertEquals(1, get("/pools", "/pools?filter=www.example").get("pools").size());
        assertEquals(
                0, get("/connections", "/connections?pool=other").get("matched").asInt());
        assertEquals(
                1,
                get("/connections", "/connections?pool=web&filter=www")
                        .get("matched")
                        .asInt());
        assertEquals(1, get("/names", "/names?known=false").get("names").size());
        assertEquals(
                "an event",
                get("/events", "/events?kind=warning&limit=1")
                        .get("events")
                        .get(0)
                        .get("text")
                        .asString());
    }

    // ---- what is wrong ----

    private void assertProblem(int status, String detail, Answer answer) {
        assertEquals(status, answer.status(), answer::toString);
        JsonNode problem = JSON.readTree(answer.body());
        assertEquals(List.of(), schema.faults(document.at("/components/schemas/Problem"), problem), problem::toString);
        assertTrue(problem.get("detail").asString().contains(detail), problem::toString);
    }

    @Test
    void faultsSayWhatToChange() throws Exception {
        String patch = "PATCH /api/v1/pools/web/backends/" + backend.config().address();
        assertProblem(400, "limit must be a number from 1 to 10000", admin.ask("GET /api/v1/pools?limit=0"));
        assertProblem(400, "limit must be", admin.ask("GET /api/v1/pools?limit=99999999999"));
        assertProblem(400, "filter may have 256", admin.ask("GET /api/v1/pools?filter=" + "x".repeat(257)));
        assertProblem(400, "kind must be one of backend_up", admin.ask("GET /api/v1/events?kind=party"));
        assertProblem(400, "known must be true or false", admin.ask("GET /api/v1/names?known=perhaps"));
        assertProblem(400, "is not an IP address", admin.ask("GET /api/v1/explain?client=me"));
        assertProblem(400, "there are https", admin.ask("GET /api/v1/explain?listener=x"));
        assertProblem(400, "socks:// is for a listener", admin.ask("GET /api/v1/explain?name=socks://a.example"));
        assertProblem(400, "it is empty", admin.ask("GET /api/v1/explain?name=http://"));
        assertProblem(400, "write it as xn--", admin.ask("GET /api/v1/explain?name=stra%C3%9Fe.example"));
        assertProblem(404, "there are web, other", admin.ask("GET /api/v1/pools/none"));
        assertProblem(404, "no backend", admin.ask("GET /api/v1/pools/web/backends/none"));
        assertProblem(404, "no connection", admin.ask("DELETE /api/v1/connections/none"));
        assertProblem(404, "openapi.yaml", admin.ask("GET /api/v1/none"));
        assertProblem(405, "DELETE has no meaning", admin.ask("DELETE /api/v1/status"));
        assertProblem(400, "admin_state must be ready", admin.send(patch, "{\"admin_state\": \"up\"}", JSON_TYPE));
        assertProblem(400, "weight must be from 0 to 256", admin.send(patch, "{\"weight\": 257}", JSON_TYPE));
        assertProblem(400, "admin_state or weight", admin.send(patch, "{}", JSON_TYPE));
        assertProblem(400, "goes with admin_state", admin.send(patch, "{\"close_after_seconds\": 1}", JSON_TYPE));
        assertProblem(400, "colour", admin.send(patch, "{\"colour\": \"red\"}", JSON_TYPE));
    }
}
