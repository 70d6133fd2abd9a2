package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a start loads: each class costs time, whatever the machine, and a cache only makes the class cheaper. */
@Timeout(180)
class StartIT {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void aCheckLoadsNothingOfARun() throws Exception {
        String yaml = write("routes: { www.example.com: 192.0.2.1:443 }\n");
        try (Program check = start("check", yaml)) {
            assertEquals(0, check.exitCode(), check::all);
        }
        assertLoaded(
                2300, "dev.usher.loop.", "dev.usher.relay.", "ch.qos.logback.", "io.undertow.", "java.util.logging.");
    }

    @Test
    void aRunLoadsNoPartOfTheJvmThatNobodyAsksFor() throws Exception {
        String yaml = write("""
                listeners: { in: { bind: "127.0.0.1:0" } }
                routes: { www.example.com: "127.0.0.1:1" }
                admin: { bind: "127.0.0.1:0" }
                """);
        try (Program run = start("run", yaml)) {
            run.err().await("is ready");
            run.signal("TERM");
            assertEquals(0, run.exitCode(), run::all);
        }
        assertLoaded(
                5500,
                "jdk.jfr.internal.jfc.",
                "javax.management.remote.",
                "jdk.internal.util.xml.",
                "dev.usher.server.convert.");
    }

    private String write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("usher.yaml"), yaml).toString();
    }

    /** Without a cache, which loads every class of the training. */
    private Program start(String... arguments) {
        List<String> command = Product.command(arguments);
        command.removeIf(option -> option.startsWith("-XX:AOTCache"));
        command.add(1, "-Xlog:class+load:file=" + directory.resolve("classes"));
        return Program.start(Map.of("RUNTIME_DIRECTORY", directory.toString()), command);
    }

    private void assertLoaded(int most, String... never) throws IOException {
        List<String> loaded = Files.readAllLines(directory.resolve("classes"));
        List<String> wrong = loaded.stream()
                .filter(line -> Stream.of(never).anyMatch(line::contains))
                .toList();
        assertEquals(List.of(), wrong);
        assertTrue(loaded.size() < most, () -> loaded.size() + " classes, more than " + most);
        assertTrue(loaded.size() > most / 2, "the log is there");
    }
}
