package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartLinesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void listenerLeadsToItsPoolOrToItsOwnRoutesAndThoseOfTheFile() throws IOException {
        UsherConfig config = read("""
                listeners:
                  https: { bind: ":443" }
                  inside:
                    bind: ":8443"
                    routes: { a.example.com: "10.0.0.4:443", c.example.com: "10.0.0.5:443" }
                  cache: { type: tcp, bind: ":6379", pool: "10.0.0.9:6379" }
                routes:
                  a.example.com: "10.0.0.1:443"
                  b.example.com: "10.0.0.2:443"
                """);
        assertEquals("2 routes", destination(config, "https"));
        assertEquals("3 routes", destination(config, "inside"));
        assertEquals("to pool cache", destination(config, "cache"));
    }

    private static String destination(UsherConfig config, String listener) {
        return StartLines.destination(
                config, Objects.requireNonNull(config.listeners().get(listener)));
    }

    private UsherConfig read(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("usher.yaml"), text);
        return assertInstanceOf(ConfigResult.Valid.class, ConfigFile.read(file)).config();
    }
}
