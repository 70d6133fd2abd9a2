package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.RoutePattern;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Reads an answer in the form of a configuration, JSON or YAML, with {@code routes} and {@code pools} alone. Text is
 * taken as it is: there are no references, no includes, no aliases.
 */
final class OfferReader {
    /** An answer in bytes: thousands of names. */
    static final int MAX_BYTES = 1024 * 1024;

    private static final Set<String> KEYS = Set.of("routes", "pools");
    private static final Set<String> OF_A_POOL = Set.of("backends");
    private static final Set<String> OF_A_ROUTE = Set.of("pool");
    private static final Set<String> OF_A_BACKEND = Set.of("address", "weight");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final OfferBuilder offer;

    private OfferReader(int maxNames) {
        this.offer = new OfferBuilder(maxNames);
    }

    /**
     * Reads a whole answer.
     *
     * @throws IOException if the whole answer is of no use; the message has the reason
     */
    static Offer read(byte[] answer, int maxNames) throws IOException {
        OfferReader reader = new OfferReader(maxNames);
        reader.readRoot(tree(answer), maxNames);
        return reader.offer.build();
    }

    private static JsonNode tree(byte[] answer) throws IOException {
        String text = text(answer).strip();
        if (text.isEmpty()) {
            throw new IOException("the answer is an empty text: without any name it is {}");
        }
        try {
            return text.startsWith("{") ? JSON.readTree(text) : YAML.readTree(text);
        } catch (JacksonException fault) {
            throw new IOException(
                    "the answer is neither JSON nor YAML: line "
                            + (fault.getLocation() == null
                                    ? "?"
                                    : fault.getLocation().getLineNr()) + ": "
                            + OfferBuilder.shown(firstLine(String.valueOf(fault.getOriginalMessage()))),
                    fault);
        } catch (NumberFormatException fault) { // of YAML, for an escape that the end of the text cuts
            throw new IOException("the answer is neither JSON nor YAML: an escape is without its number", fault);
        }
    }

    private static String text(byte[] answer) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(answer))
                    .toString();
        } catch (CharacterCodingException fault) {
            throw new IOException("the answer is not UTF-8 text", fault);
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private void readRoot(JsonNode root, int maxNames) throws IOException {
        if (!root.isObject()) {
            throw new IOException("the answer must be a mapping with routes and pools, was " + kind(root));
        }
        String other = otherKey(root, KEYS);
        if (other != null) {
            throw new IOException(
                    "the answer has \"" + OfferBuilder.shown(other) + "\": a source may bring routes and pools alone");
        }
        JsonNode routes = mapping(root, "routes");
        if (routes.size() > maxNames) {
            throw new IOException("the answer has " + routes.size() + " names, and max_names allows " + maxNames);
        }
        for (Map.Entry<String, JsonNode> pool : mapping(root, "pools").properties()) {
            readPool(pool.getKey(), pool.getValue());
        }
        for (Map.Entry<String, JsonNode> route : routes.properties()) {
            readRoute(route.getKey(), route.getValue());
        }
    }

    private static JsonNode mapping(JsonNode root, String key) throws IOException {
        JsonNode node = root.path(key);
        if (node.isMissingNode() || node.isObject()) {
            return node;
        }
        throw new IOException(key + " must be a mapping, was " + kind(node));
    }

    private void readPool(String name, JsonNode pool) throws IOException {
        String place = "pools." + name;
        if (!offer.isPoolName(name, place)) {
            return;
        }
        String other = pool.isObject() ? otherKey(pool, OF_A_POOL) : null;
        if (!pool.isObject() || !pool.has("backends")) {
            offer.leaveOut(place, "must be a mapping with backends, was " + kind(pool));
        } else if (other != null) {
            offer.leaveOut(
                    place,
                    "has \"" + OfferBuilder.shown(other)
                            + "\": a source brings backends alone; defaults of the source has the settings");
        } else {
            readBackends(name, pool.path("backends"), place + ".backends");
        }
    }

    private void readRoute(String name, JsonNode route) throws IOException {
        String place = "routes." + name;
        RoutePattern pattern = offer.pattern(name, place);
        String other = route.isObject() ? otherKey(route, OF_A_ROUTE) : null;
        if (pattern == null) {
            return;
        }
        if (other != null) {
            offer.leaveOut(
                    place, "has \"" + OfferBuilder.shown(other) + "\": a source brings names and backends alone");
            return;
        }
        JsonNode target = route.isObject() ? route.path("pool") : route;
        if (target.isString()
                && target.asString().indexOf(':') < 0
                && target.asString().indexOf('/') < 0) {
            claim(pattern, target.asString(), place);
        } else if (offer.hasPool(pattern.text())) {
            offer.leaveOut(place, "a pool is called the same: name it here");
        } else {
            readBackends(pattern.text(), target, place);
            if (offer.hasPool(pattern.text())) { // otherwise the fault of each backend has been noted
                offer.claim(pattern, pattern.text(), place);
            }
        }
    }

    private void claim(RoutePattern pattern, String pool, String place) throws IOException {
        if (offer.hasPool(pool)) {
            offer.claim(pattern, pool, place);
        } else {
            offer.leaveOut(place, "no backend of pool \"" + OfferBuilder.shown(pool) + "\" is in the answer");
        }
    }

    private void readBackends(String pool, JsonNode backends, String place) throws IOException {
        List<JsonNode> nodes = new ArrayList<>();
        if (backends.isArray()) {
            backends.forEach(nodes::add);
        } else {
            nodes.add(backends);
        }
        for (int i = 0; i < nodes.size(); i++) {
            BackendConfig backend = backend(nodes.get(i), nodes.size() == 1 ? place : place + "[" + i + "]");
            if (backend != null) {
                offer.add(pool, backend);
            }
        }
    }

    private @Nullable BackendConfig backend(JsonNode node, String place) {
        if (node.isString()) {
            return offer.backend(node.asString(), BackendConfig.DEFAULT_WEIGHT, place);
        }
        if (!node.isObject() || !node.path("address").isString()) {
            offer.leaveOut(place, "must be host:port, or a mapping with an address, was " + kind(node));
            return null;
        }
        String other = otherKey(node, OF_A_BACKEND);
        JsonNode weight = node.path("weight");
        if (other != null) {
            offer.leaveOut(
                    place, "has \"" + OfferBuilder.shown(other) + "\": a source brings hosts, ports and weights alone");
            return null;
        }
        if (!weight.isMissingNode() && !weight.canConvertToInt()) {
            offer.leaveOut(place + ".weight", "must be " + BackendConfig.WEIGHT + ", was " + kind(weight));
            return null;
        }
        return offer.backend(node.path("address").asString(), weight.asInt(BackendConfig.DEFAULT_WEIGHT), place);
    }

    /** The first key beside the known keys, or null. */
    private static @Nullable String otherKey(JsonNode node, Set<String> known) {
        return node.propertyNames().stream()
                .filter(key -> !known.contains(key))
                .findFirst()
                .orElse(null);
    }

    /** The kind of value, in words for a message. */
    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING, NULL -> "nothing";
            case OBJECT -> "a mapping";
            case ARRAY -> "a list";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case BINARY, POJO -> "something else";
        };
    }
}
