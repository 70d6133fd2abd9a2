package dev.usher.kubernetes;

import static dev.usher.kubernetes.Objects.CONTROLLER;
import static dev.usher.kubernetes.Objects.HOME;
import static dev.usher.kubernetes.Objects.gateway;
import static dev.usher.kubernetes.Objects.gatewayClass;
import static dev.usher.kubernetes.Objects.grant;
import static dev.usher.kubernetes.Objects.namespace;
import static dev.usher.kubernetes.Objects.passthrough;
import static dev.usher.kubernetes.Objects.route;
import static dev.usher.kubernetes.Objects.service;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.kubernetes.Translation.ListenerVerdicts;
import dev.usher.kubernetes.Translation.Outcome;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases of the Gateway API's own conformance tests for TLS passthrough, written anew, and those that are usher's. */
class TranslationTest {
    private static final String BACKEND = "{ name: web, port: 443 }";

    private static Outcome outcome(Stream<HasMetadata> objects) {
        return Translation.of(
                Objects.snapshot(Stream.concat(Stream.of(gatewayClass()), objects)), CONTROLLER, null, Set.of(443));
    }

    private static Outcome outcome(HasMetadata... objects) {
        return outcome(Stream.concat(Stream.of(objects), service(HOME, "web", "10.1.0.1", "10.1.0.2")));
    }

    private static String reason(List<Verdict> verdicts, String type) {
        return verdicts.stream()
                .filter(verdict -> verdict.type().equals(type))
                .map(verdict -> verdict.holds() + " " + verdict.reason())
                .findFirst()
                .orElse("none");
    }

    /** What the only route is to its only parent. */
    private static String said(Outcome outcome, String type) {
        return reason(outcome.routeVerdicts().getFirst().parents().getFirst().verdicts(), type);
    }

    private static ListenerVerdicts listener(Outcome outcome) {
        return outcome.gateways().getFirst().listeners().getFirst();
    }

    // the nine

    @Test
    void aRouteOfTheSameNamespaceIsServed() {
        Outcome outcome = outcome(gateway("gw", passthrough("tls", "")), route("r", "gw", "abc.example.com", BACKEND));
        assertEquals("true Accepted", said(outcome, "Accepted"));
        assertEquals("true ResolvedRefs", said(outcome, "ResolvedRefs"));
        assertEquals(1, listener(outcome).attachedRoutes());
        assertEquals("true Programmed", reason(outcome.gateways().getFirst().verdicts(), "Programmed"));
        Route served = outcome.routes().getFirst();
        assertEquals(List.of("abc.example.com"), served.hostnames());
        assertEquals(
                List.of(
                        new BackendRules.PodAddress("10.1.0.1", 8443, 1),
                        new BackendRules.PodAddress("10.1.0.2", 8443, 1)),
                served.addresses());
        assertEquals(0, served.refusedPercent());
    }

    @ParameterizedTest
    @CsvSource({
        "abc.example.com, *.example.com, abc.example.com",
        "*.example.com, abc.example.com, abc.example.com",
        "*.example.com, *.com, *.example.com",
        "*.com, *.example.com, *.example.com",
        "'', *.com, *.com",
        "*.example.com, deep.below.example.com, deep.below.example.com",
        "ABC.example.com, abc.EXAMPLE.com, abc.example.com"
    })
    void namesInCommonAreServed(String listener, String route, String common) {
        String more = listener.isEmpty() ? "" : ", hostname: \"" + listener + "\"";
        Outcome outcome =
                outcome(gateway("gw", passthrough("tls", more)), route("r", "gw", "\"" + route + "\"", BACKEND));
        assertEquals("true Accepted", said(outcome, "Accepted"));
        assertEquals(List.of(common), outcome.routes().getFirst().hostnames());
    }

    @ParameterizedTest
    @CsvSource({"abc.example.com, abd.example.com", "*.example.com, example.com", "*.example.com, abc.example.org"})
    void withoutACommonNameARouteIsNotAccepted(String listener, String route) {
        Outcome outcome = outcome(
                gateway("gw", passthrough("tls", ", hostname: \"" + listener + "\"")),
                route("r", "gw", route, BACKEND));
        assertEquals("false NoMatchingListenerHostname", said(outcome, "Accepted"));
        assertEquals(0, listener(outcome).attachedRoutes());
        assertEquals(List.of(), outcome.routes());
    }

    @Test
    void aServiceThatIsNotThereIsSaid() {
        Outcome outcome = outcome(
                gateway("gw", passthrough("tls", "")), route("r", "gw", "a.example.com", "{ name: gone, port: 443 }"));
        assertEquals("true Accepted", said(outcome, "Accepted"));
        assertEquals("false BackendNotFound", said(outcome, "ResolvedRefs"));
        assertEquals(List.of(), outcome.routes().getFirst().addresses());
        assertEquals(100, outcome.routes().getFirst().refusedPercent());
    }

    @Test
    void anUnknownKindOfBackendIsSaid() {
        Outcome outcome = outcome(
                gateway("gw", passthrough("tls", "")),
                route("r", "gw", "a.example.com", "{ group: example.com, kind: Bucket, name: web, port: 443 }"));
        assertEquals("false InvalidKind", said(outcome, "ResolvedRefs"));
    }

    @ParameterizedTest
    @CsvSource({"'{ name: gw, sectionName: other }'", "'{ name: gw, port: 8443 }'", "'{ name: gw, sectionName: http }'"
    })
    void aListenerThatIsNotThereIsSaid(String parent) {
        Outcome outcome = outcome(
                gateway("gw", passthrough("tls", "") + ", { name: http, port: 80, protocol: HTTP }"),
                route(HOME, "r", parent, "a.example.com", BACKEND));
        assertEquals("false NoMatchingParent", said(outcome, "Accepted"));
        assertEquals(0, listener(outcome).attachedRoutes());
    }

    @ParameterizedTest
    @CsvSource({
        "other, shop, web, true ResolvedRefs",
        "other, shop, '', true ResolvedRefs",
        "other, shop, foreign, false RefNotPermitted",
        "other, elsewhere, web, false RefNotPermitted",
        "shop, shop, web, false RefNotPermitted"
    })
    void aForeignServiceNeedsAGrant(String in, String from, String service, String expected) {
        Outcome outcome = outcome(Stream.concat(
                Stream.of(
                        gateway("gw", passthrough("tls", "")),
                        route("r", "gw", "a.example.com", "{ name: web, namespace: other, port: 443 }"),
                        grant(in, from, service)),
                service("other", "web", "10.1.0.9")));
        assertEquals(expected, said(outcome, "ResolvedRefs"));
        assertEquals(
                expected.startsWith("true"),
                !outcome.routes().getFirst().addresses().isEmpty());
    }

    @Test
    void onlyTlsRoutesAreSupported() {
        Outcome outcome = outcome(gateway(
                "gw", passthrough("tls", ", allowedRoutes: { kinds: [{ kind: TCPRoute }, { kind: TLSRoute }] }")));
        assertEquals("false InvalidRouteKinds", reason(listener(outcome).verdicts(), "ResolvedRefs"));
        assertEquals("true Accepted", reason(listener(outcome).verdicts(), "Accepted"));
        assertEquals(0, listener(outcome).attachedRoutes());
        assertTrue(ListenerRules.takesTlsRoutes(listener(outcome).of()));
    }

    @Test
    void terminationIsRefused() {
        Outcome outcome = outcome(
                gateway("gw", "{ name: tls, port: 443, protocol: TLS, tls: { mode: Terminate } }"),
                route("r", "gw", "a.example.com", BACKEND));
        assertEquals("false UnsupportedValue", reason(listener(outcome).verdicts(), "Accepted"));
        assertEquals("false Invalid", reason(listener(outcome).verdicts(), "Programmed"));
        assertEquals(
                "false ListenersNotValid", reason(outcome.gateways().getFirst().verdicts(), "Accepted"));
        assertEquals(0, listener(outcome).attachedRoutes());
        assertEquals(List.of(), outcome.routes());
    }

    // the share of references that lead nowhere

    @ParameterizedTest
    @CsvSource({
        "'{ name: web, port: 443 }, { name: gone, port: 443 }', 50",
        "'{ name: web, port: 443, weight: 3 }, { name: gone, port: 443, weight: 1 }', 25",
        "'{ name: web, port: 443 }, { name: gone, port: 443, weight: 0 }', 0",
        "'{ name: web, port: 443, weight: 0 }', 100",
        "'{ name: web, port: 80 }', 100"
    })
    void theShareOfAReferenceThatLeadsNowhereIsRefused(String backends, int percent) {
        Outcome outcome = outcome(gateway("gw", passthrough("tls", "")), route("r", "gw", "a.example.com", backends));
        assertEquals(percent, outcome.routes().getFirst().refusedPercent());
    }

    @Test
    void aServiceHasItsWeightHoweverManyPodsItHas() {
        Outcome outcome = outcome(Stream.of(
                        Stream.of(
                                gateway("gw", passthrough("tls", "")),
                                route(
                                        "r",
                                        "gw",
                                        "a.example.com",
                                        "{ name: a, port: 443, weight: 9 }, { name: b, port: 443 }")),
                        service(HOME, "a", "10.1.0.1", "10.1.0.2", "10.1.0.3"),
                        service(HOME, "b", "10.1.0.4"))
                .flatMap(each -> each));
        assertEquals(
                List.of(100, 100, 100, 33),
                outcome.routes().getFirst().addresses().stream()
                        .map(BackendRules.PodAddress::weight)
                        .toList());
    }

    // who may attach

    @ParameterizedTest
    @CsvSource({
        "'', false NotAllowedByListeners",
        "', allowedRoutes: { namespaces: { from: Same } }', false NotAllowedByListeners",
        "', allowedRoutes: { namespaces: { from: None } }', false NotAllowedByListeners",
        "', allowedRoutes: { namespaces: { from: All } }', true Accepted",
        "', allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: a } } } }', true Accepted",
        "', allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: b } } } }', false NotAllowedByListeners",
        "', allowedRoutes: { namespaces: { from: Selector, selector: { matchExpressions: [{ key: team, operator: In, values: [a, c] }] } } }', true Accepted",
        "', allowedRoutes: { namespaces: { from: Selector, selector: { matchExpressions: [{ key: team, operator: DoesNotExist }] } } }', false NotAllowedByListeners",
        "', allowedRoutes: { kinds: [{ kind: TCPRoute }], namespaces: { from: All } }', false NotAllowedByListeners"
    })
    void theListenerSaysWhoseRoutesMayAttach(String more, String expected) {
        Outcome outcome = outcome(
                gateway("gw", passthrough("tls", more)),
                namespace("guest", "team: a"),
                route("guest", "r", "{ name: gw, namespace: shop }", "a.example.com", BACKEND));
        assertEquals(expected, said(outcome, "Accepted"));
    }

    @Test
    void whatIsNotUshersIsLeftAlone() {
        HasMetadata foreign = gateway("gw", passthrough("tls", ""));
        ((Gateway) foreign).getSpec().setGatewayClassName("other");
        Outcome outcome = outcome(foreign, route("r", "gw", "a.example.com", BACKEND));
        assertEquals(List.of(), outcome.gateways());
        assertEquals(List.of(), outcome.routeVerdicts());
        assertEquals(List.of(), outcome.routes());
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP, 80, false UnsupportedProtocol",
        "HTTPS, 443, false UnsupportedProtocol",
        "TLS, 8443, false PortUnavailable"
    })
    void aListenerThatUsherCannotServeIsSaid(String protocol, int port, String expected) {
        Outcome outcome = outcome(gateway(
                "gw",
                passthrough("good", "")
                        + ", { name: bad, port: %d, protocol: %s, tls: { mode: Passthrough } }"
                                .formatted(port, protocol)));
        ListenerVerdicts bad = outcome.gateways().getFirst().listeners().getLast();
        assertEquals(expected, reason(bad.verdicts(), "Accepted"));
        assertEquals(
                "true ListenersNotValid", reason(outcome.gateways().getFirst().verdicts(), "Accepted"));
    }

    @Test
    void theOlderRouteComesFirst() {
        HasMetadata younger = route("a", "gw", "a.example.com", BACKEND);
        ((TLSRoute) younger).getMetadata().setCreationTimestamp("2026-02-01T00:00:00Z");
        Outcome outcome =
                outcome(younger, gateway("gw", passthrough("tls", "")), route("b", "gw", "a.example.com", BACKEND));
        assertEquals(
                List.of("shop/b", "shop/a"),
                outcome.routes().stream().map(Route::name).toList());
    }

    @Test
    void aPodThatIsNotReadyTakesNoSession() {
        Outcome outcome = outcome(Stream.of(
                gateway("gw", passthrough("tls", "")),
                route("r", "gw", "a.example.com", BACKEND),
                service(HOME, "web").findFirst().orElseThrow(),
                Objects.of("""
                        apiVersion: discovery.k8s.io/v1
                        kind: EndpointSlice
                        metadata: { name: s, namespace: shop, labels: { kubernetes.io/service-name: web } }
                        addressType: IPv6
                        ports: [{ name: https, port: 9443 }]
                        endpoints:
                          - { addresses: ["fd00::1"], conditions: { ready: false, serving: true, terminating: true } }
                          - { addresses: ["fd00::2"], conditions: {} }
                        """)));
        assertEquals(
                List.of(new BackendRules.PodAddress("fd00::2", 9443, 1)),
                outcome.routes().getFirst().addresses());
    }

    @Test
    void aClassWithParametersIsNotAccepted() {
        HasMetadata own = Objects.of("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: { name: usher }
                spec: { controllerName: example.com/usher, parametersRef: { group: "", kind: ConfigMap, name: x } }
                """);
        Outcome outcome = Translation.of(Objects.snapshot(Stream.of(own)), CONTROLLER, null, Set.of(443));
        assertFalse(outcome.classes().getFirst().accepted().holds());
        assertEquals(
                "InvalidParameters", outcome.classes().getFirst().accepted().reason());
    }
}
