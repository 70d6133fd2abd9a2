package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The committed schema is the one of the records, takes every sample of the repository, and refuses faulty files. */
class ConfigSchemaTest {
    private static final Path SCHEMA =
            Path.of("src", "main", "resources", "dev", "usher", "server", "usher.schema.json");
    private static final Path LINK = Path.of("..", "deploy", "usher.schema.json");
    private static final Path SAMPLES = Path.of("src", "test", "resources", "dev", "usher", "server");
    private static final YAMLMapper YAML = new YAMLMapper();

    /** Faults that show in the form of a value alone, by a piece of what usher says. */
    private static final Pattern OF_THE_FORM = Pattern.compile("unknown key \"|is not a duration|is not true or false"
            + "|is not a whole number|a duration needs its unit|a size needs its unit|a share needs its unit"
            + "|must be a mapping, was a (list|single)|(?<!admin.tokens )(?<!admin.tls )must be given$");
    /** Faults of such a form that an editor cannot know: of several documents, or of a value that is replaced. */
    private static final Pattern BEYOND = Pattern.compile("\\$\\{|^include:|^---");

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(SCHEMA));
    }

    private static List<String> faults(Schema schema, JsonNode yaml) {
        return schema.validate(yaml).stream().map(Object::toString).toList();
    }

    @Test
    void isWhatTheRecordsSay() throws IOException {
        String now = ConfigSchema.text();
        if (Boolean.getBoolean("usher.renew")) {
            Files.writeString(SCHEMA, now);
        }
        assertEquals(
                Files.readString(SCHEMA),
                now,
                "renew it: mvn -pl lb-server -am test -Dtest=ConfigSchemaTest -Dusher.renew=true"
                        + " -Dsurefire.failIfNoSpecifiedTests=false");
        assertEquals(Files.readString(SCHEMA), Files.readString(LINK), LINK + " is no link to the schema");
        assertFalse(now.contains("${"), "the build would replace it");
    }

    @Test
    void everyKeyIsDescribed() throws IOException {
        JsonNode root = JsonMapper.shared().readTree(Files.readString(SCHEMA));
        List<String> without = new ArrayList<>();
        describe("file", root, without);
        root.get("$defs").forEachEntry((name, part) -> describe(name, part, without));
        assertEquals(List.of(), without, "keys without a row in docs/configuration.md");
    }

    private static void describe(String name, JsonNode part, List<String> without) {
        part.path("properties").forEachEntry((key, value) -> {
            if (value.path("description").isMissingNode()) {
                without.add(name + "." + key);
            }
        });
    }

    /** Every YAML that the repository shows or tests as valid. */
    private static List<Path> samples() throws IOException {
        List<Path> samples = new ArrayList<>(List.of(Path.of("..", "deploy", "usher.example.yaml")));
        for (Path root : List.of(SAMPLES, Path.of("..", "deploy"))) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().matches(".*/(usher|rows/\\d+|[^/]*\\.usher|expected)\\.yaml"))
                        .forEach(samples::add);
            }
        }
        return samples;
    }

    @Test
    void takesEverySample() throws IOException {
        Schema schema = schema();
        List<Path> samples = samples();
        assertTrue(samples.size() >= 70, () -> "there were more samples: " + samples);
        for (Path sample : samples) {
            assertEquals(List.of(), faults(schema, YAML.readTree(Files.readString(sample))), sample::toString);
        }
    }

    /** Each block of the pages that usher takes, the schema takes too. */
    @Test
    void takesTheFilesOfThePages() throws IOException {
        Schema schema = schema();
        int taken = 0;
        for (String page : List.of("configuration.md", "sources.md", "recipes.md", "admin.md", "access-log.md")) {
            Matcher blocks =
                    Pattern.compile("(?ms)^```yaml\\n(.*?)^```").matcher(Files.readString(Path.of("..", "docs", page)));
            while (blocks.find()) {
                JsonNode yaml = YAML.readTree(blocks.group(1));
                if (yaml instanceof ObjectNode) {
                    assertEquals(List.of(), faults(schema, yaml), () -> page + ": " + blocks.group(1));
                    taken++;
                }
            }
        }
        assertTrue(taken >= 20, "blocks of yaml in docs: " + taken);
    }

    /** A file that usher takes must not be red in an editor; one with a fault of form must be. */
    @Test
    void agreesWithTheTableOfFaults() throws IOException {
        Schema schema = schema();
        int refused = 0;
        for (FaultTable.Case each : FaultTable.read()) {
            JsonNode yaml = parsed(each.yaml());
            if (!(yaml instanceof ObjectNode)) {
                continue;
            }
            boolean valid = each.expected().stream().noneMatch(line -> line.contains(" error "));
            if (valid) {
                assertEquals(List.of(), faults(schema, yaml), each::toString);
            }
            boolean form = each.expected().stream()
                    .anyMatch(line -> line.contains(" error ")
                            && OF_THE_FORM.matcher(line).find());
            if (form && !BEYOND.matcher(each.yaml()).find()) {
                assertFalse(
                        faults(schema, yaml).isEmpty(), () -> each + " has no fault by the schema:\n" + each.yaml());
                refused++;
            }
        }
        assertTrue(refused >= 30, "faults of form: " + refused);
    }

    private static JsonNode parsed(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (JacksonException _) {
            return YAML.nullNode();
        }
    }
}
