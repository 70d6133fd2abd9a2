package dev.usher.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The words of openapi.yaml. OpenApiTest compares the file with what answers. */
final class ApiWords {
    private static final String FILE = "/dev/usher/admin/openapi.yaml";

    private final JsonNode document;

    ApiWords() throws IOException {
        try (InputStream file = Objects.requireNonNull(ApiWords.class.getResourceAsStream(FILE), FILE)) {
            document = YAMLMapper.builder().build().readTree(file);
        }
    }

    /** As {@code get /events: limit, filter, kind}. */
    List<String> requests() {
        List<String> lines = new ArrayList<>();
        document.get("paths")
                .forEachEntry((path, operations) -> operations.forEachEntry((method, operation) -> {
                    String request = method + " " + path;
                    lines.add(request + parameters(operation));
                    fields(operation.at("/requestBody/content/application~1json/schema"), request + " body", lines);
                }));
        return lines;
    }

    private String parameters(JsonNode operation) {
        List<String> names = new ArrayList<>();
        for (JsonNode each : operation.path("parameters")) {
            JsonNode parameter =
                    each.has("$ref") ? document.at(each.get("$ref").asString().substring(1)) : each;
            if (parameter.get("in").asString().equals("query")) {
                names.add(parameter.get("name").asString() + words(parameter.get("schema"), " (", " | ", ")"));
            }
        }
        return names.isEmpty() ? "" : ": " + String.join(", ", names);
    }

    /** As {@code Backend.admin_state: ready, drain, disabled}. */
    List<String> answers() {
        List<String> lines = new ArrayList<>();
        document.at("/components/schemas").forEachEntry((name, schema) -> fields(schema, name, lines));
        return lines;
    }

    private static void fields(JsonNode schema, String owner, List<String> lines) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String name = owner + "." + property.getKey();
            lines.add(name + words(property.getValue(), ": ", ", ", ""));
            fields(property.getValue(), name, lines);
        }
        if (schema.has("items")) {
            fields(schema.get("items"), owner + "[]", lines);
        }
        for (JsonNode choice : schema.path("oneOf")) {
            fields(choice, owner, lines);
        }
    }

    private static String words(JsonNode schema, String before, String between, String after) {
        List<String> words = new ArrayList<>();
        schema.path("enum").forEach(word -> words.add(word.isNull() ? "null" : word.asString()));
        return words.isEmpty() ? "" : before + String.join(between, words) + after;
    }
}
