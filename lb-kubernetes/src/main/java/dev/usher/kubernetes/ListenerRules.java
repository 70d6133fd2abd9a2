package dev.usher.kubernetes;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.AllowedRoutes;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Listener;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteGroupKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules of a listener of a Gateway. */
final class ListenerRules {
    static final String GROUP = "gateway.networking.k8s.io";
    static final String KIND = "TLSRoute";

    private final Snapshot snapshot;
    private final Set<Integer> ports;

    /** @param ports that usher serves to the outside */
    ListenerRules(Snapshot snapshot, Set<Integer> ports) {
        this.snapshot = snapshot;
        this.ports = ports;
    }

    /** The verdicts that do not depend on routes, {@code Programmed} last. */
    List<Verdict> verdicts(Listener listener) {
        Verdict accepted = accepted(listener);
        Verdict resolved = resolved(listener);
        boolean programmed = accepted.holds() && takesTlsRoutes(listener);
        return List.of(
                accepted,
                resolved,
                Verdict.no(Verdict.CONFLICTED, "NoConflicts", ""),
                programmed
                        ? Verdict.yes(Verdict.PROGRAMMED, "Programmed")
                        : Verdict.no(Verdict.PROGRAMMED, "Invalid", "the listener is not valid"));
    }

    Verdict accepted(Listener listener) {
        if (!isTls(listener)) {
            return Verdict.no(
                    Verdict.ACCEPTED, "UnsupportedProtocol", "usher passes TLS on: protocol TLS, mode Passthrough");
        }
        if (!isPassthrough(listener)) {
            return Verdict.no(
                    Verdict.ACCEPTED, "UnsupportedValue", "usher decrypts nothing: tls.mode must be Passthrough");
        }
        if (!ports.contains(listener.getPort())) {
            return Verdict.no(
                    Verdict.ACCEPTED,
                    "PortUnavailable",
                    "usher serves the ports " + ports + ", see `ports` of the source");
        }
        return Verdict.yes(Verdict.ACCEPTED, "Accepted");
    }

    private static Verdict resolved(Listener listener) {
        return kinds(listener).stream().allMatch(ListenerRules::isTlsRoute)
                ? Verdict.yes(Verdict.RESOLVED_REFS, "ResolvedRefs")
                : Verdict.no(Verdict.RESOLVED_REFS, "InvalidRouteKinds", "usher knows TLSRoute alone");
    }

    /** Whether routes can attach at all. */
    static boolean isTls(Listener listener) {
        return "TLS".equals(listener.getProtocol());
    }

    private static boolean isPassthrough(Listener listener) {
        return listener.getTls() != null
                && "Passthrough".equals(listener.getTls().getMode());
    }

    private static List<RouteGroupKind> kinds(Listener listener) {
        AllowedRoutes allowed = listener.getAllowedRoutes();
        return allowed == null || allowed.getKinds() == null ? List.of() : allowed.getKinds();
    }

    private static boolean isTlsRoute(RouteGroupKind kind) {
        return KIND.equals(kind.getKind()) && (kind.getGroup() == null || GROUP.equals(kind.getGroup()));
    }

    /** Whether a TLSRoute is among the kinds that the listener allows. */
    static boolean takesTlsRoutes(Listener listener) {
        return isTls(listener)
                && (kinds(listener).isEmpty() || kinds(listener).stream().anyMatch(ListenerRules::isTlsRoute));
    }

    /** Whether a route of this namespace may attach. */
    boolean allows(Gateway gateway, Listener listener, String namespace) {
        AllowedRoutes allowed = listener.getAllowedRoutes();
        String from = allowed == null || allowed.getNamespaces() == null
                ? null
                : allowed.getNamespaces().getFrom();
        return switch (from) {
            case "All" -> true;
            case "None" -> false;
            case "Selector" -> matches(allowed.getNamespaces().getSelector(), namespace);
            case null, default -> gateway.getMetadata().getNamespace().equals(namespace);
        };
    }

    private boolean matches(@Nullable LabelSelector selector, String namespace) {
        return selector != null
                && snapshot.namespaces().stream()
                        .filter(each -> each.getMetadata().getName().equals(namespace))
                        .anyMatch(each -> matches(selector, labels(each)));
    }

    private static Map<String, String> labels(Namespace namespace) {
        Map<String, String> labels = namespace.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static boolean matches(LabelSelector selector, Map<String, String> labels) {
        Map<String, String> wanted = selector.getMatchLabels() == null ? Map.of() : selector.getMatchLabels();
        return labels.entrySet().containsAll(wanted.entrySet())
                && selector.getMatchExpressions().stream().allMatch(expression -> {
                    String value = labels.get(expression.getKey());
                    return switch (expression.getOperator()) {
                        case "In" -> value != null && expression.getValues().contains(value);
                        case "NotIn" -> value == null || !expression.getValues().contains(value);
                        case "Exists" -> value != null;
                        case "DoesNotExist" -> value == null;
                        default -> false;
                    };
                });
    }
}
