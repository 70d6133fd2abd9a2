package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.DockerSource;
import dev.usher.config.HostPort;
import dev.usher.config.IpAddress;
import dev.usher.config.RoutePattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * From the list of the Engine API to an offer. A fault leaves out the container alone. Containers of a service of
 * Compose or Swarm are the backends of a pool; without a service, a container has a pool alone.
 */
final class Containers {
    static final String NAME = "usher.name";
    private static final String PORT = "usher.port";
    private static final String WEIGHT = "usher.weight";
    private static final String NETWORK = "usher.network";
    private static final List<String> COMPOSE = List.of("com.docker.compose.project", "com.docker.compose.service");
    private static final String SWARM = "com.docker.swarm.service.name";

    private final DockerSource docker;
    private final OfferBuilder offer;
    private final PoolNames pools = new PoolNames();

    Containers(DockerSource docker, int maxNames) {
        this.docker = docker;
        this.offer = new OfferBuilder(maxNames);
    }

    /** The older container has the older claim. */
    Offer offer(JsonNode list) throws IOException {
        List<JsonNode> containers = new ArrayList<>();
        list.forEach(containers::add);
        containers.sort(
                Comparator.comparingLong((JsonNode each) -> each.path("Created").asLong(0))
                        .thenComparing(each -> each.path("Id").asString("")));
        for (JsonNode container : containers) {
            add(container);
        }
        return offer.build();
    }

    private void add(JsonNode container) throws IOException {
        JsonNode labels = container.path("Labels");
        String names = label(labels, NAME);
        String own = name(container);
        String place = "container " + own;
        boolean unhealthy = container.path("Status").asString("").contains("(unhealthy)");
        if (names == null || unhealthy) {
            return;
        }
        BackendConfig backend = backend(container, labels, place);
        if (backend == null) {
            return;
        }
        String pool = pools.of(group(labels, own));
        offer.add(pool, backend);
        String labelled = place + ", label " + NAME;
        for (String name : offer.names(names, labelled)) {
            RoutePattern pattern = offer.pattern(name, labelled);
            if (pattern != null) {
                offer.claim(pattern, pool, place);
            }
        }
    }

    private static @Nullable String label(JsonNode labels, String key) {
        JsonNode value = labels.path(key); // a label has dots in its name, and is no path
        return value.isString() ? value.asString() : null;
    }

    private static String name(JsonNode container) {
        String name = container.path("Names").path(0).asString("");
        return name.isEmpty() ? container.path("Id").asString("?") : name.replaceFirst("^/", "");
    }

    private static String group(JsonNode labels, String own) {
        String project = label(labels, COMPOSE.getFirst());
        String service = label(labels, COMPOSE.getLast());
        String ofSwarm = label(labels, SWARM);
        if (project != null && service != null) {
            return project + "/" + service;
        }
        return ofSwarm == null ? own : ofSwarm;
    }

    private @Nullable BackendConfig backend(JsonNode container, JsonNode labels, String place) {
        String address = address(container, labels, place);
        String port = port(container, labels, place);
        Integer weight = weight(labels, place);
        if (address == null || port == null || weight == null) {
            return null;
        }
        boolean ipv6 = address.indexOf(':') >= 0;
        return offer.backend((ipv6 ? "[" + address + "]" : address) + ":" + port, weight, place);
    }

    private @Nullable String address(JsonNode container, JsonNode labels, String place) {
        String wanted = label(labels, NETWORK) == null ? docker.network() : label(labels, NETWORK);
        Set<String> addresses = new LinkedHashSet<>();
        for (Map.Entry<String, JsonNode> network :
                container.path("NetworkSettings").path("Networks").properties()) {
            String ipv4 = network.getValue().path("IPAddress").asString("");
            String address = ipv4.isEmpty()
                    ? network.getValue().path("GlobalIPv6Address").asString("")
                    : ipv4;
            if (IpAddress.parse(address) != null && (wanted == null || wanted.equals(network.getKey()))) {
                addresses.add(address);
            }
        }
        if (addresses.size() == 1) {
            return addresses.iterator().next();
        }
        offer.leaveOut(
                place,
                addresses.isEmpty()
                        ? "has no address"
                                + (wanted == null
                                        ? " of its own: it shares the host's network, or has none"
                                        : " in network " + OfferBuilder.shown(wanted))
                        : "has " + addresses.size() + " addresses: label " + NETWORK
                                + ", or network of the source, says" + " which network is meant");
        return null;
    }

    private @Nullable String port(JsonNode container, JsonNode labels, String place) {
        String given = label(labels, PORT);
        if (given != null) {
            try {
                return Integer.toString(HostPort.port(given.strip()));
            } catch (IllegalArgumentException fault) {
                offer.leaveOut(place + ", label " + PORT, OfferBuilder.shown(String.valueOf(fault.getMessage())));
                return null;
            }
        }
        Set<Integer> exposed = new LinkedHashSet<>();
        for (JsonNode port : container.path("Ports")) {
            if (port.path("Type").asString("").equals("tcp")) {
                exposed.add(port.path("PrivatePort").asInt(0));
            }
        }
        if (exposed.size() == 1) {
            return Integer.toString(exposed.iterator().next());
        }
        offer.leaveOut(place, "exposes " + exposed.size() + " TCP ports: label " + PORT + " says which is meant");
        return null;
    }

    private @Nullable Integer weight(JsonNode labels, String place) {
        String given = label(labels, WEIGHT);
        if (given == null) {
            return BackendConfig.DEFAULT_WEIGHT;
        }
        if (!given.strip().matches("[0-9]{1,3}")) {
            offer.leaveOut(
                    place + ", label " + WEIGHT,
                    "\"" + OfferBuilder.shown(given) + "\" is not " + BackendConfig.WEIGHT);
            return null;
        }
        return Integer.valueOf(given.strip());
    }
}
