package dev.usher.kubernetes;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.BackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ReferenceGrant;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** From references to Services to addresses of pods. */
final class BackendRules {
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    /** The largest weight of an address: shares are right to a percent, and tables of balancers stay small. */
    private static final int MAX_WEIGHT = 100;

    private final Snapshot snapshot;

    BackendRules(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * An address of a pod.
     *
     * @param weight 1..100
     */
    record PodAddress(String host, int port, int weight) {}

    /**
     * The targets of a route.
     *
     * @param refusedPercent share of new sessions, 0..100, that belongs to references that lead nowhere
     */
    record Resolved(Verdict verdict, List<PodAddress> addresses, int refusedPercent) {}

    /** A reference with its addresses, without weights. */
    private record Share(int weight, List<PodAddress> addresses) {
        double each() {
            return (double) weight / addresses.size();
        }
    }

    Resolved resolve(TLSRoute route) {
        List<Share> shares = new ArrayList<>();
        Verdict verdict = Verdict.yes(Verdict.RESOLVED_REFS, "ResolvedRefs");
        int all = 0;
        int refused = 0;
        for (BackendRef ref : refs(route)) {
            int weight = ref.getWeight() == null ? 1 : Math.max(0, ref.getWeight());
            Verdict fault = fault(route, ref);
            verdict = fault == null || !verdict.holds() ? verdict : fault;
            List<PodAddress> addresses = fault == null ? addresses(route, ref) : List.of();
            all += weight;
            if (addresses.isEmpty()) {
                refused += weight;
            } else if (weight > 0) {
                shares.add(new Share(weight, addresses));
            }
        }
        int percent = all == 0 ? 100 : (int) Math.round(100.0 * refused / all);
        return new Resolved(verdict, weighted(shares), percent);
    }

    private static List<BackendRef> refs(TLSRoute route) {
        return route.getSpec().getRules().stream()
                .flatMap(rule -> rule.getBackendRefs().stream())
                .toList();
    }

    /** Each reference has its weight as a whole, however many pods it has. */
    private static List<PodAddress> weighted(List<Share> shares) {
        double least = shares.stream().mapToDouble(Share::each).min().orElse(1);
        double most = shares.stream().mapToDouble(Share::each).max().orElse(1);
        double factor = most == least ? 1 / most : MAX_WEIGHT / most;
        return shares.stream()
                .flatMap(share -> share.addresses().stream()
                        .map(address -> new PodAddress(
                                address.host(), address.port(), (int) Math.max(1, Math.round(share.each() * factor)))))
                .toList();
    }

    // ---- references ----

    /** Null for a reference that is right. */
    private @Nullable Verdict fault(TLSRoute route, BackendRef ref) {
        boolean service = (ref.getGroup() == null || ref.getGroup().isEmpty())
                && (ref.getKind() == null || "Service".equals(ref.getKind()));
        if (!service) {
            return Verdict.no(Verdict.RESOLVED_REFS, "InvalidKind", "usher knows Services alone, not " + ref.getKind());
        }
        if (!isGranted(route, ref)) {
            return Verdict.no(
                    Verdict.RESOLVED_REFS,
                    "RefNotPermitted",
                    "no ReferenceGrant of " + ref.getNamespace() + " allows Service " + ref.getName());
        }
        if (port(route, ref) == null) {
            return Verdict.no(
                    Verdict.RESOLVED_REFS,
                    "BackendNotFound",
                    "there is no Service " + ref.getName() + " with port " + ref.getPort());
        }
        return null;
    }

    private static String namespace(TLSRoute route, BackendRef ref) {
        return ref.getNamespace() == null ? route.getMetadata().getNamespace() : ref.getNamespace();
    }

    private boolean isGranted(TLSRoute route, BackendRef ref) {
        String home = route.getMetadata().getNamespace();
        String there = namespace(route, ref);
        return there.equals(home)
                || snapshot.grants().stream()
                        .filter(grant -> grant.getMetadata().getNamespace().equals(there))
                        .anyMatch(grant -> allows(grant, home, ref.getName()));
    }

    private static boolean allows(ReferenceGrant grant, String from, String service) {
        return grant.getSpec().getFrom().stream()
                        .anyMatch(each -> ListenerRules.GROUP.equals(each.getGroup())
                                && ListenerRules.KIND.equals(each.getKind())
                                && from.equals(each.getNamespace()))
                && grant.getSpec().getTo().stream()
                        .anyMatch(each ->
                                Objects.requireNonNullElse(each.getGroup(), "").isEmpty()
                                        && "Service".equals(each.getKind())
                                        && (each.getName() == null
                                                || each.getName().isEmpty()
                                                || service.equals(each.getName())));
    }

    private @Nullable ServicePort port(TLSRoute route, BackendRef ref) {
        return port(namespace(route, ref), ref.getName(), port -> port.getPort().equals(ref.getPort()));
    }

    /** The first port of a Service that is wanted; null without such a Service, or such a port. */
    @Nullable
    ServicePort port(String namespace, String name, Predicate<ServicePort> wanted) {
        return snapshot.services().stream()
                .filter(service -> isReferred(service, namespace, name))
                .flatMap(service -> service.getSpec().getPorts().stream())
                .filter(wanted)
                .findFirst()
                .orElse(null);
    }

    private static boolean isReferred(Service service, String namespace, String name) {
        return service.getMetadata().getName().equals(name)
                && service.getMetadata().getNamespace().equals(namespace);
    }

    // ---- addresses ----

    private List<PodAddress> addresses(TLSRoute route, BackendRef ref) {
        return addresses(namespace(route, ref), ref.getName(), Objects.requireNonNull(port(route, ref)));
    }

    /** Addresses of the pods in readiness behind a port of a Service, each with weight 1. */
    List<PodAddress> addresses(String namespace, String service, ServicePort wanted) {
        Set<PodAddress> addresses = new LinkedHashSet<>();
        for (EndpointSlice slice : snapshot.slices()) {
            if (isOf(slice, namespace, service) && !"FQDN".equals(slice.getAddressType())) {
                Integer port = port(slice, wanted);
                slice.getEndpoints().stream()
                        .filter(each -> port != null
                                && isReady(each)
                                && !each.getAddresses().isEmpty())
                        .forEach(each -> addresses.add(
                                new PodAddress(each.getAddresses().getFirst(), Objects.requireNonNull(port), 1)));
            }
        }
        return List.copyOf(addresses);
    }

    private static boolean isOf(EndpointSlice slice, String namespace, String service) {
        return namespace.equals(slice.getMetadata().getNamespace())
                && slice.getMetadata().getLabels() != null
                && service.equals(slice.getMetadata().getLabels().get(SERVICE_LABEL));
    }

    /** Pods may have other numbers for one name of a port, so each slice has its own. */
    private static @Nullable Integer port(EndpointSlice slice, ServicePort wanted) {
        String name = Objects.requireNonNullElse(wanted.getName(), "");
        return slice.getPorts().stream()
                .filter(port -> name.equals(Objects.requireNonNullElse(port.getName(), "")))
                .map(EndpointPort::getPort)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> number(wanted.getTargetPort()));
    }

    private static @Nullable Integer number(@Nullable IntOrString target) {
        return target == null ? null : target.getIntVal();
    }

    /** An end in order begins with a pod that is not ready: the backend leaves, and its sessions go on. */
    private static boolean isReady(Endpoint pod) {
        EndpointConditions conditions = pod.getConditions();
        return conditions == null || conditions.getReady() == null || conditions.getReady();
    }
}
