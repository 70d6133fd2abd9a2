package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

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
        StringWriter outText = new StringWriter();
        StringWriter errText = new StringWriter();
        CommandLine commands = Main.commandLine();
        commands.setOut(new PrintWriter(outText));
        commands.setErr(new PrintWriter(errText));
        String[] words = new String[args.length + 1];
        words[0] = "map";
        for (int i = 0; i < args.length; i++) {
            words[i + 1] = args[i].toString();
        }
        int exitCode = commands.execute(words);
        out = outText.toString();
        err = errText.toString();
        return exitCode;
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
