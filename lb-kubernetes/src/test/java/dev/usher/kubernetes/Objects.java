package dev.usher.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ReferenceGrant;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Objects of the API, written as people write them. */
final class Objects {
    static final String CONTROLLER = "example.com/usher";
    static final String HOME = "shop";
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    private Objects() {}

    static HasMetadata of(String yaml) {
        return YAML.unmarshal(yaml);
    }

    static HasMetadata gatewayClass() {
        return of("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: { name: usher, generation: 1 }
                spec: { controllerName: %s }
                """.formatted(CONTROLLER));
    }

    /** @param listeners as YAML in one line */
    static HasMetadata gateway(String name, String listeners) {
        return of("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: { name: %s, namespace: %s, generation: 3 }
                spec: { gatewayClassName: usher, listeners: [%s] }
                """.formatted(name, HOME, listeners));
    }

    /** @param more of the listener, as {@code , hostname: x} */
    static String passthrough(String name, String more) {
        return "{ name: %s, port: 443, protocol: TLS, tls: { mode: Passthrough }%s }".formatted(name, more);
    }

    static HasMetadata route(String name, String gateway, String hostnames, String backends) {
        return route(HOME, name, "{ name: %s, namespace: %s }".formatted(gateway, HOME), hostnames, backends);
    }

    static HasMetadata route(String namespace, String name, String parents, String hostnames, String backends) {
        return of("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: TLSRoute
                metadata: { name: %s, namespace: %s, generation: 7, creationTimestamp: "2026-01-01T00:00:00Z" }
                spec: { parentRefs: [%s], hostnames: [%s], rules: [{ backendRefs: [%s] }] }
                """.formatted(name, namespace, parents, hostnames, backends));
    }

    /** A Service with one port, 443, and its pods. */
    static Stream<HasMetadata> service(String namespace, String name, String... pods) {
        HasMetadata service = of("""
                apiVersion: v1
                kind: Service
                metadata: { name: %s, namespace: %s }
                spec: { ports: [{ name: https, port: 443, targetPort: 8443 }] }
                """.formatted(name, namespace));
        String each = String.join(
                ", ",
                Stream.of(pods)
                        .map(pod -> "{ addresses: [%s], conditions: { ready: true } }".formatted(pod))
                        .toList());
        HasMetadata slice = of("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: { name: %1$s-1, namespace: %2$s, labels: { kubernetes.io/service-name: %1$s } }
                addressType: IPv4
                ports: [{ name: https, port: 8443 }]
                endpoints: [%3$s]
                """.formatted(name, namespace, each));
        return Stream.of(service, slice);
    }

    /**
     * An Ingress of class usher, with the annotation of ingress-nginx.
     *
     * @param rules as YAML in one line
     */
    static HasMetadata ingress(String name, String rules) {
        return ingress(name, "nginx.ingress.kubernetes.io/ssl-passthrough: \"true\"", "ingressClassName: usher", rules);
    }

    /** @param spec in addition to the rules */
    static HasMetadata ingress(String name, String annotations, String spec, String rules) {
        return of("""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: { name: %s, namespace: %s, annotations: { %s }, creationTimestamp: "2026-01-02T00:00:00Z" }
                spec: { %s, rules: [%s] }
                """.formatted(name, HOME, annotations, spec, rules));
    }

    /**
     * A rule with the root as path.
     *
     * @param port as {@code number: 443}
     */
    static String rule(String host, String service, String port) {
        return "{ host: %s, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: %s, port: { %s } } } }] } }"
                .formatted(host, service, port);
    }

    static HasMetadata namespace(String name, String labels) {
        return of("apiVersion: v1\nkind: Namespace\nmetadata: { name: %s, labels: { %s } }\n".formatted(name, labels));
    }

    static HasMetadata grant(String namespace, String from, String service) {
        return of("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: ReferenceGrant
                metadata: { name: grant-%s, namespace: %s }
                spec:
                  from: [{ group: gateway.networking.k8s.io, kind: TLSRoute, namespace: %s }]
                  to: [{ group: "", kind: Service%s }]
                """.formatted(
                        from.toLowerCase(Locale.ROOT), namespace, from, service.isEmpty() ? "" : ", name: " + service));
    }

    static Snapshot snapshot(Stream<HasMetadata> objects) {
        List<HasMetadata> all = objects.toList();
        return new Snapshot(
                some(all, GatewayClass.class),
                some(all, Gateway.class),
                some(all, TLSRoute.class),
                some(all, Service.class),
                some(all, EndpointSlice.class),
                some(all, ReferenceGrant.class),
                some(all, Namespace.class),
                some(all, Ingress.class));
    }

    private static <T> List<T> some(List<HasMetadata> all, Class<T> type) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
