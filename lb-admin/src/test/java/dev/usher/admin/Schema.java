package dev.usher.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Checks values against the part of JSON Schema 2020-12 that openapi.yaml uses; any other keyword is an error. */
final class Schema {
    private static final Set<String> KEYWORDS = Set.of(
            "$ref",
            "type",
            "enum",
            "oneOf",
            "required",
            "properties",
            "additionalProperties",
            "minProperties",
            "items",
            "format",
            "description",
            "minimum",
            "maximum",
            "maxLength",
            "default");

    private final JsonNode document;

    Schema(JsonNode document) {
        this.document = document;
    }

    /** What is wrong with a value, a line for each fault. */
    List<String> faults(JsonNode schema, JsonNode value) {
        List<String> faults = new ArrayList<>();
        check(schema, value, "$", faults);
        return faults;
    }

    private void check(JsonNode schema, JsonNode value, String at, List<String> faults) {
        for (String keyword : schema.propertyNames()) {
            if (!KEYWORDS.contains(keyword)) {
                faults.add(at + ": the schema has " + keyword + ", which is not checked");
            }
        }
        if (schema.has("$ref")) {
            check(resolved(schema), value, at, faults);
        }
        if (schema.has("oneOf")) {
            checkOneOf(schema.get("oneOf"), value, at, faults);
        }
        if (schema.has("type") && !isOfType(schema.get("type"), value)) {
            faults.add(at + ": is " + value + ", not " + schema.get("type"));
            return;
        }
        if (schema.has("enum") && !contains(schema.get("enum"), value)) {
            faults.add(at + ": " + value + " is none of " + schema.get("enum"));
        }
        if (schema.has("format") && value.isString() && !value.asString().matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z")) {
            faults.add(at + ": " + value + " is no date-time in UTC");
        }
        if (value.isObject()) {
            checkObject(schema, value, at, faults);
        }
        if (value.isArray() && schema.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(schema.get("items"), value.get(i), at + "[" + i + "]", faults);
            }
        }
    }

    private JsonNode resolved(JsonNode schema) {
        return document.at(schema.get("$ref").asString().substring(1));
    }

    private void checkOneOf(JsonNode choices, JsonNode value, String at, List<String> faults) {
        int fitting = 0;
        List<String> all = new ArrayList<>();
        for (JsonNode choice : choices) {
            List<String> faultsOfOne = faults(choice, value);
            all.addAll(faultsOfOne);
            fitting += faultsOfOne.isEmpty() ? 1 : 0;
        }
        if (fitting != 1) {
            faults.add(at + ": fits " + fitting + " of oneOf: " + all);
        }
    }

    /** What is not described is a fault here: the file is to say all that there is. */
    private void checkObject(JsonNode schema, JsonNode value, String at, List<String> faults) {
        if (!schema.has("properties") && !schema.has("additionalProperties")) {
            return;
        }
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asString())) {
                faults.add(at + ": has no " + name);
            }
        }
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            JsonNode property = schema.path("properties").path(entry.getKey());
            JsonNode others = schema.path("additionalProperties");
            if (!property.isMissingNode()) {
                check(property, entry.getValue(), at + "." + entry.getKey(), faults);
            } else if (others.isObject()) {
                check(others, entry.getValue(), at + "." + entry.getKey(), faults);
            } else {
                faults.add(at + ": has " + entry.getKey() + ", which is not described");
            }
        }
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode each : type) {
                if (isOfType(each, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asString()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private static boolean contains(JsonNode choices, JsonNode value) {
        for (JsonNode choice : choices) {
            if (choice.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
