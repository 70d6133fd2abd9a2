package dev.usher.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A TLSRoute, or a rule of an Ingress, that is served.
 *
 * @param pool of these addresses; the same for the same Service of several Ingresses
 * @param hostnames in usher's spelling, at least one
 * @param addresses empty if every new session is refused
 * @param refusedPercent 0..100
 */
record Route(
        HasMetadata of,
        String pool,
        List<String> hostnames,
        List<BackendRules.PodAddress> addresses,
        int refusedPercent) {
    /** The rule of the Gateway API for two that want the same: the older, then the first in the alphabet. */
    static final Comparator<HasMetadata> OLDER_FIRST = Comparator.comparing((HasMetadata object) ->
                    Objects.requireNonNullElse(object.getMetadata().getCreationTimestamp(), ""))
            .thenComparing(Route::name);

    /** The namespace and the name. */
    String name() {
        return name(of);
    }

    static String name(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }

    /** The kind and the name, for people. */
    static String place(HasMetadata object) {
        return object.getKind() + " " + name(object);
    }
}
