package dev.usher.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Listener;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From the objects of a moment to routes, and to a verdict on each object: a pure function. Objects of other controllers
 * are left alone.
 */
final class Translation {
    private final Snapshot snapshot;
    private final String controller;
    private final @Nullable String only;
    private final ListenerRules listeners;
    private final BackendRules backends;
    private final Map<String, Gateway> gateways = new LinkedHashMap<>();
    /** Routes of each listener, by {@link #key} and name. */
    private final Map<String, Set<TLSRoute>> attached = new HashMap<>();

    private final List<Route> routes = new ArrayList<>();
    private final List<RouteVerdicts> routeVerdicts = new ArrayList<>();

    record ClassVerdict(GatewayClass of, Verdict accepted) {}

    record ListenerVerdicts(Listener of, List<Verdict> verdicts, int attachedRoutes) {}

    record GatewayVerdicts(Gateway of, List<Verdict> verdicts, List<ListenerVerdicts> listeners) {}

    /** Verdicts on a route from the side of a parent. */
    record ParentVerdicts(ParentReference parent, List<Verdict> verdicts) {}

    record RouteVerdicts(TLSRoute of, List<ParentVerdicts> parents) {}

    /** @param routes the older first, each with hostnames of its own or shared ones */
    record Outcome(
            List<Route> routes,
            List<ClassVerdict> classes,
            List<GatewayVerdicts> gateways,
            List<RouteVerdicts> routeVerdicts) {}

    private Translation(Snapshot snapshot, String controller, @Nullable String only, Set<Integer> ports) {
        this.snapshot = snapshot;
        this.only = only;
        this.controller = controller;
        this.listeners = new ListenerRules(snapshot, ports);
        this.backends = new BackendRules(snapshot);
    }

    /**
     * @param controller name in the GatewayClasses that are usher's
     * @param only the Gateway to serve, as {@code namespace/name}; null serves each Gateway of these classes
     * @param ports that usher serves to the outside
     */
    static Outcome of(Snapshot snapshot, String controller, @Nullable String only, Set<Integer> ports) {
        return new Translation(snapshot, controller, only, ports).run();
    }

    private Outcome run() {
        List<ClassVerdict> classes = snapshot.classes().stream()
                .filter(each -> controller.equals(each.getSpec().getControllerName()))
                .map(Translation::verdict)
                .toList();
        Set<String> names = classes.stream()
                .filter(each -> each.accepted().holds())
                .map(each -> each.of().getMetadata().getName())
                .collect(Collectors.toSet());
        snapshot.gateways().stream()
                .filter(gateway -> names.contains(gateway.getSpec().getGatewayClassName()))
                .filter(gateway -> only == null || only.equals(key(gateway.getMetadata())))
                .forEach(gateway -> gateways.put(key(gateway.getMetadata()), gateway));
        snapshot.routes().stream().sorted(Route.OLDER_FIRST).forEach(this::add);
        return new Outcome(
                routes, classes, gateways.values().stream().map(this::verdicts).toList(), routeVerdicts);
    }

    private static String key(ObjectMeta object) {
        return object.getNamespace() + "/" + object.getName();
    }

    private static String key(Gateway gateway, Listener listener) {
        return key(gateway.getMetadata()) + "/" + listener.getName();
    }

    private static ClassVerdict verdict(GatewayClass own) {
        return new ClassVerdict(
                own,
                own.getSpec().getParametersRef() == null
                        ? Verdict.yes(Verdict.ACCEPTED, "Accepted")
                        : Verdict.no(
                                Verdict.ACCEPTED, "InvalidParameters", "usher takes no parameters: no parametersRef"));
    }

    // ---- routes ----

    private void add(TLSRoute route) {
        List<ParentVerdicts> parents = new ArrayList<>();
        Set<String> hostnames = new LinkedHashSet<>();
        BackendRules.Resolved resolved = backends.resolve(route);
        for (ParentReference parent : route.getSpec().getParentRefs()) {
            Gateway gateway = gateways.get(gatewayKey(route, parent));
            if (gateway != null && isGateway(parent)) {
                Verdict accepted = attach(route, parent, gateway, hostnames);
                parents.add(new ParentVerdicts(parent, List.of(accepted, resolved.verdict())));
            }
        }
        if (!parents.isEmpty() || hasOwnStatus(route)) {
            routeVerdicts.add(new RouteVerdicts(route, List.copyOf(parents)));
        }
        if (!hostnames.isEmpty()) {
            routes.add(new Route(
                    route,
                    key(route.getMetadata()),
                    List.copyOf(hostnames),
                    resolved.addresses(),
                    resolved.refusedPercent()));
        }
    }

    /** A route may have left usher's Gateways: then its status says something that is no longer so. */
    private boolean hasOwnStatus(TLSRoute route) {
        return route.getStatus() != null
                && route.getStatus().getParents().stream()
                        .anyMatch(parent -> controller.equals(parent.getControllerName()));
    }

    private static boolean isGateway(ParentReference parent) {
        return (parent.getGroup() == null || ListenerRules.GROUP.equals(parent.getGroup()))
                && (parent.getKind() == null || "Gateway".equals(parent.getKind()));
    }

    private static String gatewayKey(TLSRoute route, ParentReference parent) {
        String namespace = parent.getNamespace() == null ? route.getMetadata().getNamespace() : parent.getNamespace();
        return namespace + "/" + parent.getName();
    }

    /** Attaches to the listeners that the reference means, and adds the names in common. */
    private Verdict attach(TLSRoute route, ParentReference parent, Gateway gateway, Set<String> hostnames) {
        List<Listener> meant = gateway.getSpec().getListeners().stream()
                .filter(listener -> parent.getSectionName() == null
                        || parent.getSectionName().equals(listener.getName()))
                .filter(listener -> parent.getPort() == null || parent.getPort().equals(listener.getPort()))
                .filter(ListenerRules::isTls)
                .toList();
        if (meant.isEmpty()) {
            return Verdict.no(Verdict.ACCEPTED, "NoMatchingParent", "the Gateway has no such listener for TLS");
        }
        List<Listener> allowing = meant.stream()
                .filter(ListenerRules::takesTlsRoutes)
                .filter(listener ->
                        listeners.allows(gateway, listener, route.getMetadata().getNamespace()))
                .toList();
        if (allowing.isEmpty()) {
            return Verdict.no(
                    Verdict.ACCEPTED, "NotAllowedByListeners", "no listener allows a TLSRoute of this namespace");
        }
        boolean shared = false;
        for (Listener listener : allowing) {
            List<String> common =
                    Hostnames.common(listener.getHostname(), route.getSpec().getHostnames());
            if (!common.isEmpty() && listeners.accepted(listener).holds()) {
                attached.computeIfAbsent(key(gateway, listener), _ -> new LinkedHashSet<>())
                        .add(route);
                hostnames.addAll(common);
            }
            shared |= !common.isEmpty();
        }
        return shared
                ? Verdict.yes(Verdict.ACCEPTED, "Accepted")
                : Verdict.no(
                        Verdict.ACCEPTED, "NoMatchingListenerHostname", "no listener has a host name of the route");
    }

    // ---- Gateways ----

    private GatewayVerdicts verdicts(Gateway gateway) {
        List<ListenerVerdicts> each = gateway.getSpec().getListeners().stream()
                .map(listener -> new ListenerVerdicts(
                        listener,
                        listeners.verdicts(listener),
                        attached.getOrDefault(key(gateway, listener), Set.of()).size()))
                .toList();
        long valid = gateway.getSpec().getListeners().stream()
                .filter(listener -> listeners.accepted(listener).holds())
                .count();
        boolean all = valid == each.size();
        Verdict accepted = all
                ? Verdict.yes(Verdict.ACCEPTED, "Accepted")
                : new Verdict(
                        Verdict.ACCEPTED,
                        valid > 0,
                        "ListenersNotValid",
                        each.size() - valid + " listeners are not valid: see each");
        Verdict programmed = valid > 0
                ? Verdict.yes(Verdict.PROGRAMMED, "Programmed")
                : Verdict.no(Verdict.PROGRAMMED, "Invalid", "no listener is valid");
        return new GatewayVerdicts(gateway, List.of(accepted, programmed), each);
    }
}
