package dev.usher.kubernetes;

import static dev.usher.kubernetes.Objects.HOME;
import static dev.usher.kubernetes.Objects.ingress;
import static dev.usher.kubernetes.Objects.rule;
import static dev.usher.kubernetes.Objects.service;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.kubernetes.Ingresses.Outcome;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ingresses with an annotation for passthrough, and those without. */
class IngressesTest {
    private static final String PASSTHROUGH = "haproxy.org/ssl-passthrough: \"true\"";
    private static final String OURS = "ingressClassName: usher";
    private static final String BY_NUMBER = rule("a.example", "web", "number: 443");

    private static Outcome outcome(HasMetadata... objects) {
        return Ingresses.of(snapshot(objects), "usher");
    }

    private static Snapshot snapshot(HasMetadata... objects) {
        return Objects.snapshot(Stream.concat(
                Stream.of(objects),
                Stream.concat(service(HOME, "web", "10.1.0.1", "10.1.0.2"), service("guest", "other", "10.1.0.9"))));
    }

    private static List<String> names(Outcome outcome) {
        return outcome.routes().stream()
                .flatMap(route -> route.hostnames().stream())
                .toList();
    }

    private static String why(Outcome outcome) {
        assertEquals(List.of(), outcome.routes());
        return outcome.leftOut().getFirst().why();
    }

    @ParameterizedTest
    @ValueSource(strings = {"number: 443", "name: https"})
    void aHostLeadsToThePodsOfItsService(String port) {
        Outcome outcome = outcome(ingress("i", rule("WWW.a.example", "web", port)));
        Route route = outcome.routes().getFirst();
        assertEquals(List.of("www.a.example"), route.hostnames());
        assertEquals("shop/web:443", route.pool());
        assertEquals("Ingress shop/i", Route.place(route.of()));
        assertEquals(
                List.of(
                        new BackendRules.PodAddress("10.1.0.1", 8443, 1),
                        new BackendRules.PodAddress("10.1.0.2", 8443, 1)),
                route.addresses());
        assertEquals(0, route.refusedPercent());
        assertEquals(List.of(), outcome.leftOut());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nginx.ingress.kubernetes.io/ssl-passthrough: \"true\"",
                "haproxy.org/ssl-passthrough: \"true\"",
                "haproxy-ingress.github.io/ssl-passthrough: \"true\""
            })
    void eachControllersAnnotationIsKnown(String annotation) {
        assertEquals(List.of("a.example"), names(outcome(ingress("i", annotation, OURS, BY_NUMBER))));
    }

    @ParameterizedTest
    @CsvSource({
        "'', ingressClassName: usher",
        "'nginx.ingress.kubernetes.io/ssl-passthrough: \"false\"', ingressClassName: usher",
        "'haproxy.org/ssl-passthrough: \"true\"', ingressClassName: nginx",
        "'haproxy.org/ssl-passthrough: \"true\"', defaultBackend: { service: { name: web } }",
        "'haproxy.org/ssl-passthrough: \"true\", kubernetes.io/ingress.class: nginx', ingressClassName: usher"
    })
    void whatIsNotUshersIsLeftAlone(String annotations, String spec) {
        Outcome outcome = outcome(ingress("i", annotations, spec, BY_NUMBER));
        assertEquals(new Outcome(List.of(), List.of()), outcome);
    }

    @Test
    void theClassMayStandInTheOlderAnnotation() {
        String both = PASSTHROUGH + ", kubernetes.io/ingress.class: usher";
        assertEquals(
                List.of("a.example"),
                names(outcome(ingress("i", both, "defaultBackend: { service: { name: web } }", BY_NUMBER))));
    }

    @Test
    void withoutAClassInTheFileNoIngressIsLookedAt() {
        assertEquals(new Outcome(List.of(), List.of()), Ingresses.of(snapshot(ingress("i", BY_NUMBER)), null));
    }

    @ParameterizedTest
    @CsvSource({
        "gone, number: 443, there is no Service gone with port 443",
        "web, number: 8443, there is no Service web with port 8443",
        "web, name: http, there is no Service web with port http",
        "other, number: 443, there is no Service other with port 443"
    })
    void aHostWithoutAServiceOfItsNamespaceIsLeftOut(String service, String port, String why) {
        assertEquals("a.example: " + why, why(outcome(ingress("i", rule("a.example", service, port)))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ host: a.example }",
                "{ host: a.example, http: { paths: [{ path: /api, backend: { service: { name: web, port: { number: 443 } } } }] } }",
                "{ host: a.example, http: { paths: [{ path: /, backend: { resource: { kind: Bucket, name: x } } }] } }"
            })
    void aHostWhoseWayUsherCannotTakeIsLeftOut(String rule) {
        assertEquals(
                "a.example has no path / to a Service: usher sees no other paths", why(outcome(ingress("i", rule))));
    }

    @Test
    void aRuleForEveryHostIsLeftOut() {
        String any = BY_NUMBER.replace("host: a.example, ", "");
        assertEquals("a rule has no host: usher goes by names", why(outcome(ingress("i", any))));
        assertTrue(why(outcome(ingress("i", ""))).startsWith("there is no rule with a host"));
    }

    @Test
    void theFirstRootOfSeveralPathsIsTaken() {
        String paths = "{ host: a.example, http: { paths: ["
                + "{ path: /api, backend: { service: { name: gone, port: { number: 443 } } } },"
                + "{ path: /, backend: { service: { name: web, port: { number: 443 } } } },"
                + "{ path: /, backend: { service: { name: gone, port: { number: 443 } } } }] } }";
        assertEquals(
                "shop/web:443", outcome(ingress("i", paths)).routes().getFirst().pool());
    }

    @Test
    void aBadRuleLeavesTheOthers() {
        Outcome outcome = outcome(ingress("i", rule("b.example", "gone", "number: 443") + ", " + BY_NUMBER));
        assertEquals(List.of("a.example"), names(outcome));
        assertEquals(1, outcome.leftOut().size());
    }

    @Test
    void aServiceWithoutPodsRefuses() {
        Outcome outcome = Ingresses.of(
                Objects.snapshot(Stream.concat(Stream.of(ingress("i", BY_NUMBER)), service(HOME, "web"))), "usher");
        assertEquals(100, outcome.routes().getFirst().refusedPercent());
        assertEquals(List.of(), outcome.routes().getFirst().addresses());
    }

    @Test
    void theOlderIngressComesFirst() {
        HasMetadata younger = ingress("a", BY_NUMBER);
        younger.getMetadata().setCreationTimestamp("2026-02-01T00:00:00Z");
        assertEquals(
                List.of("shop/b", "shop/a"),
                outcome(younger, ingress("b", rule("\"*.a.example\"", "web", "number: 443"))).routes().stream()
                        .map(Route::name)
                        .toList());
    }
}
