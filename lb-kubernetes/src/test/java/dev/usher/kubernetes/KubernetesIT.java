package dev.usher.kubernetes;

import static dev.usher.kubernetes.Objects.CONTROLLER;
import static dev.usher.kubernetes.Objects.HOME;
import static dev.usher.kubernetes.Objects.gateway;
import static dev.usher.kubernetes.Objects.gatewayClass;
import static dev.usher.kubernetes.Objects.ingress;
import static dev.usher.kubernetes.Objects.passthrough;
import static dev.usher.kubernetes.Objects.route;
import static dev.usher.kubernetes.Objects.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** usher as a process, with routes from an API that is a stand-in, and clients. */
@Timeout(120)
class KubernetesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final int EOF = -1;
    /** First byte of a TLS alert: the name has a route, which leads nowhere. */
    private static final int ALERT = 21;

    private static final int ATTEMPTS = 60;

    private final Map<ServerRequest, Queue<ServerResponse>> responses = new HashMap<>();
    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(), new MockWebServer(), responses, new KubernetesMixedDispatcher(responses), false);
    private final List<ServerSocket> pods = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("");

    private KubernetesClient people;
    private Process usher;
    private int port;

    @BeforeEach
    void start() throws Exception {
        server.init(HERE, 0);
        people = server.createClient(new JdkHttpClientFactory());
        people.resource(gatewayClass()).create();
        people.resource(gateway("gw", passthrough("tls", ", hostname: \"*.example.com\"")))
                .create();
        usher = usher();
        port = listening();
    }

    private Process usher() throws IOException {
        Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{ name: c, cluster: { server: "http://127.0.0.1:%d" } }]
                users: [{ name: u, user: {} }]
                contexts: [{ name: x, context: { cluster: c, user: u } }]
                current-context: x
                """.formatted(server.getPort()));
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { https: { bind: "127.0.0.1:0" } }
                default_route: close
                admin: none
                sources:
                  kubernetes: { controller: %s, kubeconfig: %s, ingress_class: usher, to: [127.0.0.1], allow_empty: true }
                """.formatted(CONTROLLER, kubeconfig));
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.usher.server.Main",
                "run",
                file.toString());
        builder.environment().put("STATE_DIRECTORY", directory.resolve("state").toString());
        builder.environment().put("RUNTIME_DIRECTORY", directory.resolve("run").toString());
        return builder.redirectErrorStream(true).redirectOutput(log().toFile()).start();
    }

    private Path log() {
        return directory.resolve("log");
    }

    private int listening() throws Exception {
        Pattern line = Pattern.compile("listener https: tls on 127\\.0\\.0\\.1:(\\d+)");
        Await.process(
                () -> line.matcher(Files.readString(log())).find() || !usher.isAlive(), "usher listens", PATIENCE);
        Matcher found = line.matcher(Files.readString(log()));
        assertTrue(found.find(), Files.readString(log()));
        return Integer.parseInt(found.group(1));
    }

    @AfterEach
    void stop() throws Exception {
        usher.destroy();
        if (!usher.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            usher.destroyForcibly();
        }
        for (ServerSocket pod : pods) {
            pod.close();
        }
        people.close();
        server.destroy();
    }

    /** A pod that answers each connection with its number; its Service, which has the pod alone. */
    private void pod(String service, int number) throws IOException {
        ServerSocket pod = new ServerSocket(0, 50, HERE);
        pods.add(pod);
        Thread.ofVirtual().start(() -> {
            while (!pod.isClosed()) {
                try (Socket client = pod.accept()) {
                    if (client.getInputStream().read() != EOF) {
                        client.getOutputStream().write(number);
                    }
                } catch (IOException closed) {
                    // the test is over, or a probe has gone
                }
            }
        });
        for (HasMetadata object : Objects.service(HOME, service, "127.0.0.1").toList()) {
            String yaml = io.fabric8.kubernetes.client.utils.Serialization.asYaml(object);
            people.resource(Objects.of(yaml.replace("port: 8443", "port: " + pod.getLocalPort())))
                    .create();
        }
    }

    /** The number of the pod that a client of this name gets; -1 for a closed connection. */
    private int ask(String name) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine(name, 443);
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        try (Socket client = new Socket(HERE, port)) {
            client.setSoTimeout((int) PATIENCE.toMillis());
            client.getOutputStream().write(hello.array(), 0, hello.position());
            return client.getInputStream().read();
        }
    }

    private void until(String name, int pod) throws Exception {
        Await.process(() -> ask(name) == pod, name + " leads to pod " + pod + ", see " + log(), PATIENCE);
    }

    @Test
    void routesComeAndGoWithTheirObjects() throws Exception {
        assertEquals(EOF, ask("a.example.com")); // closed, as the conformance tests want to see a refusal: no alert
        pod("one", 1);
        pod("two", 2);
        people.resource(route("a", "gw", "a.example.com", "{ name: one, port: 443 }"))
                .create();
        people.resource(route("b", "gw", "\"*.com\"", "{ name: two, port: 443 }"))
                .create();
        until("a.example.com", 1);
        until("deep.other.example.com", 2);
        assertEquals(EOF, ask("a.example.org"));
        assertEquals(EOF, ask("other.com")); // the listener has *.example.com

        people.resource(route("a", "gw", "a.example.com", "{ name: two, port: 443 }"))
                .update();
        until("a.example.com", 2);
        people.resource(route("b", "gw", "\"*.com\"", "{ name: two, port: 443 }"))
                .delete();
        until("deep.other.example.com", EOF);
    }

    @Test
    void namesOfIngressesComeAndGo() throws Exception {
        pod("one", 1);
        HasMetadata ingress = ingress("i", rule("registry.example.org", "one", "name: https"));
        people.resource(ingress).create();
        until("registry.example.org", 1);
        people.resource(ingress).delete();
        until("registry.example.org", EOF);
    }

    @Test
    void theShareOfAReferenceThatLeadsNowhereIsRefused() throws Exception {
        pod("one", 1);
        String gone = "{ name: gone, port: 443 }";
        people.resource(route("half", "gw", "a.example.com", "{ name: one, port: 443 }, " + gone))
                .create();
        people.resource(route("none", "gw", "b.example.com", gone)).create();
        people.resource(route("wide", "gw", "\"*.example.com\"", "{ name: one, port: 443 }"))
                .create();
        until("c.example.com", 1);
        int refused = 0;
        for (int i = 0; i < ATTEMPTS; i++) {
            refused += ask("a.example.com") == ALERT ? 1 : 0;
        }
        assertTrue(refused > ATTEMPTS / 5 && refused < ATTEMPTS * 4 / 5, "refused: " + refused);
        assertEquals(ALERT, ask("b.example.com")); // and not the wider route's
    }
}
