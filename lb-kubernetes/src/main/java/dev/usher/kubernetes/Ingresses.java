package dev.usher.kubernetes;

import dev.usher.kubernetes.BackendRules.PodAddress;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.IngressServiceBackend;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceBackendPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * From Ingresses with an annotation for passthrough to routes: a pure function. Ingresses of other classes, or without the
 * annotation, are left alone.
 */
final class Ingresses {
    /** Keys of the three controllers that pass TLS on, with the value {@code true}. */
    private static final List<String> PASSTHROUGH = List.of(
            "nginx.ingress.kubernetes.io/ssl-passthrough",
            "haproxy.org/ssl-passthrough",
            "haproxy-ingress.github.io/ssl-passthrough");
    /** The older way to name a class; wins over the newer one, by the rule of Kubernetes. */
    private static final String CLASS = "kubernetes.io/ingress.class";
    /** The only path of a name whose requests usher cannot read. */
    private static final String ROOT = "/";

    private final BackendRules backends;
    private final List<Route> routes = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();

    /** A rule without a way, and the reason. */
    record LeftOut(Ingress of, String why) {}

    /** @param routes the older first, each with a single host name */
    record Outcome(List<Route> routes, List<LeftOut> leftOut) {}

    private Ingresses(BackendRules backends) {
        this.backends = backends;
    }

    /** @param ingressClass of the Ingresses that are usher's; null for none */
    static Outcome of(Snapshot snapshot, @Nullable String ingressClass) {
        Ingresses ingresses = new Ingresses(new BackendRules(snapshot));
        snapshot.ingresses().stream()
                .filter(ingress -> ingressClass != null && ingressClass.equals(ingressClass(ingress)))
                .filter(Ingresses::isPassthrough)
                .sorted(Route.OLDER_FIRST)
                .forEach(ingresses::add);
        return new Outcome(ingresses.routes, ingresses.leftOut);
    }

    private static @Nullable String ingressClass(Ingress ingress) {
        String older = annotations(ingress.getMetadata()).get(CLASS);
        return older != null || ingress.getSpec() == null
                ? older
                : ingress.getSpec().getIngressClassName();
    }

    private static boolean isPassthrough(Ingress ingress) {
        Map<String, String> annotations = annotations(ingress.getMetadata());
        return PASSTHROUGH.stream().anyMatch(key -> "true".equalsIgnoreCase(annotations.get(key)));
    }

    private static Map<String, String> annotations(ObjectMeta object) {
        return Objects.requireNonNullElse(object.getAnnotations(), Map.of());
    }

    private void add(Ingress ingress) {
        List<IngressRule> rules =
                ingress.getSpec() == null ? List.of() : ingress.getSpec().getRules();
        if (rules.isEmpty()) {
            leftOut.add(new LeftOut(ingress, "there is no rule with a host: a default backend has no name"));
        }
        for (IngressRule rule : rules) {
            add(ingress, rule);
        }
    }

    private void add(Ingress ingress, IngressRule rule) {
        String namespace = ingress.getMetadata().getNamespace();
        String host = Objects.requireNonNullElse(rule.getHost(), "").toLowerCase(Locale.ROOT);
        IngressServiceBackend backend = backend(rule);
        ServicePort port = backend == null
                ? null
                : backends.port(namespace, backend.getName(), each -> isMeant(each, backend.getPort()));
        if (host.isEmpty()) {
            leftOut.add(new LeftOut(ingress, "a rule has no host: usher goes by names"));
        } else if (backend == null) {
            leftOut.add(new LeftOut(ingress, host + " has no path / to a Service: usher sees no other paths"));
        } else if (port == null) {
            leftOut.add(new LeftOut(ingress, host + ": there is no Service " + shown(backend)));
        } else {
            List<PodAddress> addresses = backends.addresses(namespace, backend.getName(), port);
            String pool = namespace + "/" + backend.getName() + ":" + port.getPort();
            routes.add(new Route(ingress, pool, List.of(host), addresses, addresses.isEmpty() ? 100 : 0));
        }
    }

    /** The Service of the first path that is the root; null for none. */
    private static @Nullable IngressServiceBackend backend(IngressRule rule) {
        List<HTTPIngressPath> paths =
                rule.getHttp() == null ? List.of() : rule.getHttp().getPaths();
        return paths.stream()
                .filter(path -> path.getPath() == null || path.getPath().isEmpty() || ROOT.equals(path.getPath()))
                .findFirst()
                .map(path -> path.getBackend().getService())
                .orElse(null);
    }

    private static boolean isMeant(ServicePort port, @Nullable ServiceBackendPort wanted) {
        if (wanted == null) {
            return false;
        }
        boolean named = wanted.getName() != null && !wanted.getName().isEmpty();
        return named ? wanted.getName().equals(port.getName()) : port.getPort().equals(wanted.getNumber());
    }

    private static String shown(IngressServiceBackend backend) {
        ServiceBackendPort port = backend.getPort();
        Object named = port == null ? null : port.getName() == null ? port.getNumber() : port.getName();
        return backend.getName() + (named == null ? ": the Ingress names no port" : " with port " + named);
    }
}
