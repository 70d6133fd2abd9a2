package dev.usher.server.yaml;

import dev.usher.config.Spelling;
import java.util.List;
import java.util.Map;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Diagnostics as JSON, for programs. */
public final class DiagnosticJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    /** ASCII only: text of a file must not reverse the writing direction of a terminal. */
    private static final ObjectWriter ASCII =
            JSON.writerWithDefaultPrettyPrinter().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private DiagnosticJson() {}

    /** An object: {@code valid}, {@code errors}, {@code warnings}, {@code diagnostics}. Ends in a line feed. */
    public static String render(List<Diagnostic> diagnostics) {
        return render(diagnostics, Map.of());
    }

    /**
     * Like the other, with further lists.
     *
     * @param more by key, in order
     */
    public static String render(List<Diagnostic> diagnostics, Map<String, List<Map<String, Object>>> more) {
        ObjectNode root = tree(diagnostics);
        more.forEach((key, list) -> root.set(key, JSON.valueToTree(list)));
        return ASCII.writeValueAsString(root) + "\n";
    }

    private static ObjectNode tree(List<Diagnostic> diagnostics) {
        long errors = diagnostics.stream()
                .filter(diagnostic -> diagnostic.severity() == Severity.ERROR)
                .count();
        ObjectNode root = JSON.createObjectNode();
        root.put("valid", errors == 0).put("errors", errors).put("warnings", diagnostics.size() - errors);
        ArrayNode list = root.putArray("diagnostics");
        for (Diagnostic diagnostic : diagnostics) {
            list.addObject()
                    .put("severity", Spelling.of(diagnostic.severity()))
                    .put("file", diagnostic.file())
                    .put("line", diagnostic.line())
                    .put("column", diagnostic.column())
                    .put("length", diagnostic.length())
                    .put("message", diagnostic.message())
                    .put("hint", diagnostic.hint());
        }
        return root;
    }
}
