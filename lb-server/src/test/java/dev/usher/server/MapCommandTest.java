package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.it.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The map of a file, held by golden files beside the file. They are for people, so they may change; look at the
 * difference, and open the picture, after {@code -Dusher.renew=true}.
 */
class MapCommandTest {
    private static final Path DIRECTORY = Path.of("src", "test", "resources", "dev", "usher", "server", "map");
    private static final Path FILE = DIRECTORY.resolve("usher.yaml");

    @TempDir
    private Path scratch = Path.of("");

    private String out = "";
    private String err = "";

    private int run(Object... args) {
        String[] words = new String[args.length + 1];
        words[0] = "map";
        for (int i = 0; i < args.length; i++) {
            words[i + 1] = args[i].toString();
        }
        Command.Result result = Commands.here(words);
        out = result.out();
        err = result.err();
        return result.exitCode();
    }

    private static void assertGolden(String name, String drawn) throws IOException {
        Path golden = DIRECTORY.resolve(name);
        if (Boolean.getBoolean("usher.renew")) {
            Files.writeString(golden, drawn);
        }
        assertEquals(Files.readString(golden), drawn);
    }

    @Test
    void textIsAsGolden() throws IOException {
        assertEquals(0, run(FILE));
        assertGolden("map.txt", out);
    }

    @Test
    void pictureIsAsGolden() throws IOException {
        assertEquals(0, run("--svg", FILE));
        assertGolden("map.svg", out);
    }

    @Test
    void writesToAFile() throws IOException {
        Path written = scratch.resolve("map.txt");
        assertEquals(0, run(FILE, "--output", written));
        assertEquals("", out);
        assertEquals(Files.readString(DIRECTORY.resolve("map.txt")), Files.readString(written));
    }

    @Test
    void saysWhyAFileCannotBeWritten() {
        assertEquals(1, run(FILE, "-o", scratch.resolve("nowhere").resolve("map.txt")));
        assertTrue(err.endsWith("cannot be written: no such directory\n"), err);
    }

    @Test
    void aBadFileIsOne() throws IOException {
        Path bad = Files.writeString(scratch.resolve("bad.yaml"), "routs: {}\n");
        assertEquals(1, run(bad));
        assertTrue(err.contains("bad.yaml:1:1: error:"), err);
        assertEquals("", out);
    }
}
