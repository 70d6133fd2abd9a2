package dev.usher.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLSRoutes of the Gateway API of Kubernetes, and Ingresses with an annotation for passthrough.
 *
 * @param controller {@code controllerName} of the GatewayClasses that are usher's
 * @param gateway namespace and name of the only Gateway to serve, as {@code infra/public}; null serves every Gateway of
 *     the classes, {@link #NO_GATEWAY} none
 * @param ports that listeners of Gateways may have; clients reach usher there
 * @param addresses where clients reach usher, for the status of Gateways; empty if unknown
 * @param ingressClass of the Ingresses that are usher's; null leaves every Ingress alone
 * @param kubeconfig null for the service account of usher's own pod
 */
public record KubernetesSource(
        String controller,
        @Nullable String gateway,
        List<Integer> ports,
        List<String> addresses,
        @Nullable String ingressClass,
        @Nullable Path kubeconfig)
        implements SourceKind {
    public static final String DEFAULT_CONTROLLER = "usher.dev/gateway";
    public static final List<Integer> DEFAULT_PORTS = List.of(443);
    /** For a Kubernetes without the Gateway API. */
    public static final String NO_GATEWAY = "none";

    /** A domain and a path, by the rule of the Gateway API. */
    private static final String CONTROLLER = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

    private static final String NAME = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?";

    public KubernetesSource {
        Check.that(
                Check.present(controller, "controller").matches(CONTROLLER),
                "controller must be a domain and a path, as " + DEFAULT_CONTROLLER);
        Check.that(
                gateway == null || gateway.equals(NO_GATEWAY) || gateway.matches(NAME + "/" + NAME),
                "gateway must be a namespace and a name, as infra/public, or none");
        Check.that(
                ingressClass == null || ingressClass.matches(NAME),
                "ingress_class must be lower-case letters, digits, . or -, as usher");
        Check.that(
                !NO_GATEWAY.equals(gateway) || ingressClass != null,
                "gateway: none leaves nothing to serve: name an ingress_class");
        ports = Check.notEmpty(Check.distinct(ports, "ports"), "ports");
        ports.forEach(port -> HostPort.PORT.check(port, "ports"));
        addresses = Check.distinct(addresses, "addresses");
        addresses.forEach(address -> Check.notBlank(address, "addresses"));
    }

    /** Whether the Gateway API is asked at all. */
    public boolean servesGateways() {
        return !NO_GATEWAY.equals(gateway);
    }

    @Override
    public SourceType type() {
        return SourceType.KUBERNETES;
    }
}
