package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.RoutePattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** From answers of Consul to an offer: a service is a pool, an instance a backend, and tags have the names. */
final class CatalogueOffer {
    private static final String NAME = "usher.name=";

    private final OfferBuilder offer;
    private final PoolNames pools = new PoolNames();
    private final List<Instance> instances = new ArrayList<>();

    /**
     * Parts of an entry that the offer needs.
     *
     * @param names texts with names, of the tags
     * @param created index of the first write of the instance: the older instance has the older claim
     */
    private record Instance(
            String service, String place, String address, int weight, List<String> names, long created) {}

    CatalogueOffer(int maxNames) {
        this.offer = new OfferBuilder(maxNames);
    }

    /** The services of the catalogue with a name among their tags. */
    static List<String> services(JsonNode catalogue) throws IOException {
        if (!catalogue.isObject()) {
            throw new IOException("the answer is not a catalogue of services");
        }
        List<String> services = new ArrayList<>();
        for (Map.Entry<String, JsonNode> service : catalogue.properties()) {
            if (!names(service.getValue()).isEmpty()) {
                services.add(service.getKey());
            }
        }
        return services;
    }

    /** The texts with names. */
    private static List<String> names(JsonNode tags) {
        List<String> names = new ArrayList<>();
        for (JsonNode tag : tags) {
            String text = tag.asString("");
            if (text.startsWith(NAME)) {
                names.add(text.substring(NAME.length()));
            }
        }
        return names;
    }

    /** Adds the healthy instances of a service. */
    void add(String service, JsonNode healthy) throws IOException {
        if (!healthy.isArray()) {
            throw new IOException("the answer is not a list of instances");
        }
        if (instances.size() + healthy.size() > OfferBuilder.MAX_BACKENDS) {
            throw new IOException("the services have more than " + OfferBuilder.MAX_BACKENDS + " instances");
        }
        healthy.forEach(entry -> instances.add(instance(service, entry.path("Service"), entry.path("Node"))));
    }

    private static Instance instance(String name, JsonNode service, JsonNode node) {
        String own = service.path("Address").asString("");
        String host = own.isEmpty() ? node.path("Address").asString("") : own;
        int weight = service.path("Weights").path("Passing").asInt(BackendConfig.DEFAULT_WEIGHT);
        return new Instance(
                name,
                OfferBuilder.shown(
                        "service " + name + " on " + node.path("Node").asString("?")),
                (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":"
                        + service.path("Port").asInt(0),
                Math.clamp(weight, BackendConfig.WEIGHT.min(), BackendConfig.WEIGHT.max()),
                names(service.path("Tags")),
                service.path("CreateIndex").asLong(0));
    }

    Offer build() throws IOException {
        instances.sort(Comparator.comparingLong(Instance::created).thenComparing(Instance::service));
        for (Instance instance : instances) {
            add(instance);
        }
        return offer.build();
    }

    private void add(Instance instance) throws IOException {
        BackendConfig backend = offer.backend(instance.address(), instance.weight(), instance.place());
        if (backend == null) {
            return;
        }
        String pool = pools.of(instance.service());
        offer.add(pool, backend);
        for (String names : instance.names()) {
            for (String name : offer.names(names, instance.place() + ", tag " + NAME)) {
                RoutePattern pattern =
                        offer.pattern(name, instance.place() + ", tag " + NAME + OfferBuilder.shown(name));
                if (pattern != null) {
                    offer.claim(pattern, pool, instance.place());
                }
            }
        }
    }
}
