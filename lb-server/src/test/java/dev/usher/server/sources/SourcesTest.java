package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.usher.admin.subject.SourceView;
import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources of a configuration over their whole life, asked over HTTP. */
class SourcesTest {
    private static final String TWO =
            "{\"routes\": {\"a.example\": \"10.9.0.1:443\", \"b.example\": \"10.9.0.2:443\"}}";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path state;

    private final HttpServer server;
    private volatile String answer = TWO;
    private volatile int status = 200;

    SourcesTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = answer.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private ConfigResult.Valid file(String more) throws IOException {
        return Given.read("sources: { apps: { type: http, interval: 1s, url: \"http://127.0.0.1:"
                + server.getAddress().getPort() + "/\"" + more + " } }\n");
    }

    private Sources begun(ConfigResult.Valid file) throws InterruptedException {
        Sources sources = new Sources(
                Path.of("/etc/usher/usher.yaml"), name -> name.equals("STATE_DIRECTORY") ? state.toString() : null);
        sources.follow(file.config().sources());
        sources.awaitFirst();
        return sources;
    }

    private static List<String> names(UsherConfig config) {
        return config.routes().stream().map(route -> route.pattern().text()).toList();
    }

    private static SourceView view(Sources sources) {
        return sources.views().getFirst();
    }

    @Test
    void startsWithTheFirstAnswer() throws Exception {
        ConfigResult.Valid file = file("");
        try (Sources sources = begun(file)) {
            assertEquals(List.of("a.example", "b.example"), names(sources.merge(file)));
            assertEquals(SourceView.State.WORKS, view(sources).state());
            assertEquals(2, view(sources).names());
        }
    }

    /** The last answer is on disk, with the age of each claim, and only its owner may read the file. */
    @Test
    void servesByTheLastAnswerAfterRestart() throws Exception {
        ConfigResult.Valid file = file("");
        begun(file).close();
        status = 500;
        try (Sources sources = begun(file)) {
            assertEquals(List.of("a.example", "b.example"), names(sources.merge(file)));
            Await.until(() -> view(sources).state() == SourceView.State.FAILING, "the failure is known");
            assertEquals("the status is 500", view(sources).text());
            assertEquals(List.of("a.example", "b.example"), names(sources.merge(file)));
        }
        try (Stream<Path> files = Files.walk(state)) {
            Path stored = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            assertEquals(
                    "rw-------",
                    java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(stored)));
        }
    }

    @Test
    void forgetsAnswersOfAnotherUrl() throws Exception {
        begun(file("")).close();
        status = 500;
        ConfigResult.Valid other = Given.read("sources: { apps: { type: http, url: \"http://127.0.0.1:"
                + server.getAddress().getPort() + "/other\" } }\n");
        try (Sources sources = begun(other)) {
            assertEquals(List.of(), names(sources.merge(other)));
        }
    }

    @Test
    void survivesSpoiltFileOfTheLastAnswer() throws Exception {
        ConfigResult.Valid file = file("");
        begun(file).close();
        try (Stream<Path> files = Files.walk(state)) {
            Files.writeString(files.filter(Files::isRegularFile).findFirst().orElseThrow(), "{\"format\": 1, ");
        }
        status = 500;
        try (Sources sources = begun(file)) {
            assertEquals(List.of(), names(sources.merge(file)));
        }
    }

    @Test
    void keepsAnswerBeforeAnEmptyOneUntilConfirmed() throws Exception {
        ConfigResult.Valid file = file("");
        try (Sources sources = begun(file)) {
            long version = sources.version();
            answer = "{}";
            Await.until(() -> view(sources).state() == SourceView.State.WAITING, "the empty answer waits");
            assertEquals(2, names(sources.merge(file)).size());
            assertEquals(version, sources.version());
            assertTrue(sources.confirm("apps"));
            assertEquals(List.of(), names(sources.merge(file)));
            assertFalse(sources.confirm("apps"));
            assertFalse(sources.confirm("other"));
        }
    }

    @Test
    void keepsAnswerBeforeALie() throws Exception {
        ConfigResult.Valid file = file("");
        try (Sources sources = begun(file)) {
            for (String lie : List.of(
                    "routes: 7", "<html/>", "{\"routes\": {\"a.example\": ", "x".repeat(OfferReader.MAX_BYTES + 1))) {
                long failures = view(sources).failures();
                answer = lie;
                Await.until(() -> view(sources).failures() > failures, "the answer is refused");
                assertEquals(2, names(sources.merge(file)).size());
                answer = TWO;
                Await.until(() -> view(sources).state() == SourceView.State.WORKS, "it works again");
            }
        }
    }

    @Test
    void keepsAnswersOfEngineAndCatalogueBeforeLies() throws Exception {
        Path socket = state.resolve("docker.sock");
        String head = Liar.head("X-Consul-Index: 7");
        Set<String> both = Set.of("consul.example", "docker.example");
        try (EngineStandIn engine = new EngineStandIn(socket);
                Liar consul = Liar.tcp((target, client) -> Liar.send(
                        client,
                        head
                                + (target.startsWith("/v1/catalog/")
                                        ? "{\"web\": [\"usher.name=consul.example\"]}"
                                        : "[{\"Service\": {\"Address\": \"10.9.0.3\", \"Port\": 443, \"Tags\":"
                                                + " [\"usher.name=consul.example\"]}}]")))) {
            engine.has(EngineStandIn.container("web", 1, "10.9.0.2", "\"usher.name\": \"docker.example\""));
            ConfigResult.Valid file = Given.read("""
                    sources:
                      consul: { type: consul, interval: 1s, url: "http://127.0.0.1:%d" }
                      docker: { type: docker, interval: 1s, socket: %s }
                    """.formatted(consul.port(), socket));
            try (Sources sources = begun(file)) {
                assertEquals(both, Set.copyOf(names(sources.merge(file))));
                engine.says(" ".repeat(9 << 20));
                consul.answers(Liar.endless(head, "[".repeat(1 << 16)));
                Await.until(
                        () -> sources.views().stream().allMatch(each -> each.state() == SourceView.State.FAILING),
                        "both lies are refused");
                assertEquals(
                        "the answer has more than 8388608 bytes",
                        sources.views().getLast().text());
                assertEquals(both, Set.copyOf(names(sources.merge(file))));
            }
        }
    }

    /** A change of the rules takes the answer over; another target does not. */
    @Test
    void followsTheFile() throws Exception {
        ConfigResult.Valid file = file("");
        try (Sources sources = begun(file)) {
            status = 500;
            ConfigResult.Valid stricter = file(", names: a.example");
            sources.follow(stricter.config().sources());
            assertEquals(List.of("a.example"), names(sources.merge(stricter)));
            sources.follow(java.util.Map.of());
            assertEquals(List.of(), sources.views());
        }
    }
}
