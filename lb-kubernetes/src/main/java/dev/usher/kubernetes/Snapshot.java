package dev.usher.kubernetes;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ReferenceGrant;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import java.util.List;

/** The objects of a moment, in any order, never changed here. */
record Snapshot(
        List<GatewayClass> classes,
        List<Gateway> gateways,
        List<TLSRoute> routes,
        List<Service> services,
        List<EndpointSlice> slices,
        List<ReferenceGrant> grants,
        List<Namespace> namespaces,
        List<Ingress> ingresses) {
    Snapshot {
        classes = List.copyOf(classes);
        gateways = List.copyOf(gateways);
        routes = List.copyOf(routes);
        services = List.copyOf(services);
        slices = List.copyOf(slices);
        grants = List.copyOf(grants);
        namespaces = List.copyOf(namespaces);
        ingresses = List.copyOf(ingresses);
    }
}
