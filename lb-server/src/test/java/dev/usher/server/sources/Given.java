package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.usher.config.SourceConfig;
import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** What tests of sources begin with. */
final class Given {
    private Given() {}

    /** A configuration of the YAML. */
    static UsherConfig config(String yaml) throws IOException {
        return read(yaml).config();
    }

    /** The YAML as read, with what the file expects. */
    static ConfigResult.Valid read(String yaml) throws IOException {
        Path file = Files.createTempFile("sources", ".yaml");
        try {
            Files.writeString(file, yaml);
            return assertInstanceOf(ConfigResult.Valid.class, ConfigFile.read(file), () -> "faults of " + yaml);
        } finally {
            Files.delete(file);
        }
    }

    /** A source of the keys, called apps. */
    static SourceConfig source(String keys) throws IOException {
        return Objects.requireNonNull(
                config("sources: { apps: { " + keys + " } }\n").sources().get("apps"));
    }

    static Offer offer(String answer) throws IOException {
        return OfferReader.read(answer.getBytes(StandardCharsets.UTF_8), 1000);
    }
}
