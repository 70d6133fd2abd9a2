package dev.usher.kubernetes;

import static dev.usher.kubernetes.Objects.CONTROLLER;
import static dev.usher.kubernetes.Objects.HOME;
import static dev.usher.kubernetes.Objects.gateway;
import static dev.usher.kubernetes.Objects.gatewayClass;
import static dev.usher.kubernetes.Objects.ingress;
import static dev.usher.kubernetes.Objects.passthrough;
import static dev.usher.kubernetes.Objects.route;
import static dev.usher.kubernetes.Objects.rule;
import static dev.usher.kubernetes.Objects.service;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.KubernetesSource;
import dev.usher.kubernetes.Translation.Outcome;
import dev.usher.server.sources.ClientFeed.Answer;
import dev.usher.server.sources.ClientFeed.Found;
import dev.usher.server.sources.ClientFeed.LeftOut;
import dev.usher.server.sources.ClientFeed.Pod;
import dev.usher.testing.Await;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ListenerStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRouteBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The controller and an API that keeps objects, as the stand-in of the client's makers does. */
@Timeout(60)
class GatewayApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String FOREIGN = "example.com/other";

    private final Map<ServerRequest, Queue<ServerResponse>> responses = new HashMap<>();
    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(), new MockWebServer(), responses, new KubernetesMixedDispatcher(responses), false);
    private KubernetesClient people;
    private GatewayApi usher;

    @BeforeEach
    void start() {
        server.init();
        people = server.createClient();
        apply(gatewayClass());
        apply(gateway("gw", passthrough("tls", "")));
        service(HOME, "web", "10.1.0.1").forEach(this::apply);
        usher = new GatewayApi(
                server.createClient(new JdkHttpClientFactory()),
                new KubernetesSource(CONTROLLER, null, List.of(443), List.of("203.0.113.10"), null, null));
    }

    @AfterEach
    void stop() {
        usher.close();
        people.close();
        server.destroy();
    }

    private void apply(HasMetadata object) {
        people.resource(object).create();
    }

    /** Asks until the outcome is as wanted. */
    private Outcome until(Predicate<Outcome> wanted) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Outcome outcome = usher.outcome(PATIENCE);
            if (wanted.test(outcome)) {
                return outcome;
            }
            assertTrue(System.nanoTime() - end < 0, outcome::toString);
            usher.await(Duration.ofSeconds(5));
        }
    }

    private TLSRoute stored() {
        return people.resources(TLSRoute.class).inNamespace(HOME).withName("r").get();
    }

    private static Condition condition(List<Condition> all, String type) {
        return all.stream()
                .filter(each -> each.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void statusesSayWhatUsherThinks() throws Exception {
        apply(route("r", "gw", "a.example.com", "{ name: web, port: 443 }"));
        until(outcome -> !outcome.routes().isEmpty());

        GatewayClass own =
                people.resources(GatewayClass.class).withName("usher").get();
        assertEquals(
                "True", condition(own.getStatus().getConditions(), "Accepted").getStatus());
        Gateway gateway =
                people.resources(Gateway.class).inNamespace(HOME).withName("gw").get();
        assertEquals(
                "203.0.113.10", gateway.getStatus().getAddresses().getFirst().getValue());
        ListenerStatus listener = gateway.getStatus().getListeners().getFirst();
        assertEquals(1, listener.getAttachedRoutes());
        assertEquals("TLSRoute", listener.getSupportedKinds().getFirst().getKind());
        RouteParentStatus parent = stored().getStatus().getParents().getFirst();
        assertEquals(CONTROLLER, parent.getControllerName());
        Condition accepted = condition(parent.getConditions(), "Accepted");
        assertEquals("True", accepted.getStatus());
        assertEquals(stored().getMetadata().getGeneration(), accepted.getObservedGeneration());
    }

    @Test
    void aStatusIsWrittenOnce() throws Exception {
        apply(route("r", "gw", "a.example.com", "{ name: web, port: 443 }"));
        until(outcome -> !outcome.routes().isEmpty());
        until(_ -> stored().getStatus() != null);
        String version = stored().getMetadata().getResourceVersion();
        until(outcome -> outcome.routeVerdicts().getFirst().of().getStatus() != null);
        until(_ -> true);
        assertEquals(version, stored().getMetadata().getResourceVersion());
    }

    @Test
    void entriesOfOthersStay() throws Exception {
        TLSRoute both = (TLSRoute) route("r", "gw", "a.example.com", "{ name: web, port: 443 }");
        apply(new TLSRouteBuilder(both)
                .withNewStatus()
                .withParents(new RouteParentStatusBuilder()
                        .withControllerName(FOREIGN)
                        .withParentRef(both.getSpec().getParentRefs().getFirst())
                        .build())
                .endStatus()
                .build());
        until(_ -> stored().getStatus().getParents().size() == 2);
        people.resource(new TLSRouteBuilder(stored())
                        .editSpec()
                        .editFirstParentRef()
                        .withName("other")
                        .endParentRef()
                        .endSpec()
                        .build())
                .update();
        until(_ -> stored().getStatus().getParents().size() == 1);
        assertEquals(FOREIGN, stored().getStatus().getParents().getFirst().getControllerName());
    }

    @Test
    void podsThatComeAndGoAreSeen() throws Exception {
        apply(route("r", "gw", "a.example.com", "{ name: web, port: 443 }"));
        until(outcome -> !outcome.routes().isEmpty());
        EndpointSlice more = (EndpointSlice)
                service(HOME, "web", "10.1.0.1", "10.1.0.2").toList().getLast();
        people.resource(more).update();
        until(outcome -> outcome.routes().getFirst().addresses().size() == 2);
        people.resource(more).delete();
        until(outcome -> outcome.routes().getFirst().refusedPercent() == 100);
    }

    @Test
    void ingressesAreFoundWithoutTheGatewayApi() throws Exception {
        usher.close();
        usher = new GatewayApi(
                server.createClient(new JdkHttpClientFactory()),
                new KubernetesSource(CONTROLLER, KubernetesSource.NO_GATEWAY, List.of(443), List.of(), "usher", null));
        apply(route("r", "gw", "a.example.com", "{ name: web, port: 443 }"));
        apply(ingress(
                "i",
                rule("b.example.com", "web", "number: 443") + ", " + rule("c.example.com", "gone", "number: 443")));
        long end = System.nanoTime() + PATIENCE.toNanos();
        Answer answer = usher.ask(PATIENCE);
        while (answer.found().isEmpty() && System.nanoTime() - end < 0) {
            usher.await(Duration.ofSeconds(5));
            answer = usher.ask(PATIENCE);
        }
        assertEquals(
                List.of(new Found(
                        "Ingress shop/i",
                        "shop/web:443",
                        List.of("b.example.com"),
                        List.of(new Pod("10.1.0.1", 8443, 1)),
                        0)),
                answer.found());
        assertEquals(
                List.of(new LeftOut("Ingress shop/i", "c.example.com: there is no Service gone with port 443")),
                answer.leftOut());
        assertNull(stored().getStatus());
    }

    @Test
    void anApiThatIsGoneIsSaid() throws Exception {
        until(_ -> true);
        server.destroy();
        Duration soon = Duration.ofMillis(100);
        IOException said = assertThrows(
                IOException.class,
                () -> Await.<Exception>until(
                        () -> {
                            usher.ask(soon);
                            return false;
                        },
                        "usher says that the API is gone",
                        PATIENCE));
        assertTrue(String.valueOf(said.getMessage()).contains("is the API there"), said::getMessage);
    }
}
