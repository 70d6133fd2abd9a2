package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What README gives to those who run usher: the unit of systemd, and the recipes for the access log. */
@Timeout(120)
class OperationsIT {
    private static final String INSTALLED = "/usr/bin/usher";

    @TempDir
    private Path directory = Path.of("");

    private static String unit() throws IOException {
        return Files.readString(Path.of("..", "deploy", "usher.service"));
    }

    private static boolean has(String... command) throws InterruptedException {
        try (Program program = Program.start(Map.of(), List.of(command))) {
            return program.exitCode() == 0;
        } catch (UncheckedIOException absent) {
            return false;
        }
    }

    @Test
    void systemdTakesTheUnit() throws Exception {
        Needs.that(has("systemd-analyze", "--version"), "systemd-analyze");
        Path installed = Files.writeString(directory.resolve("usher"), "#!/bin/sh\n");
        assertTrue(installed.toFile().setExecutable(true));
        Path unit =
                Files.writeString(directory.resolve("usher.service"), unit().replace(INSTALLED, installed.toString()));
        try (Program verify =
                Program.start(Map.of(), List.of("systemd-analyze", "verify", "--man=no", unit.toString()))) {
            assertEquals(0, verify.exitCode(), verify.err().all()::toString);
            assertEquals(
                    List.of(),
                    verify.err().all().stream()
                            .filter(line -> line.contains("usher.service"))
                            .toList());
        }
    }

    /** The scale of systemd goes from 0 to 10; the usual units of distributions are near 9.6. */
    @Test
    void theUnitGivesAwayLittle() throws Exception {
        Needs.that(has("systemd-analyze", "--version"), "systemd-analyze");
        String unit = Path.of("..", "deploy", "usher.service").toString();
        try (Program security = Program.start(
                Map.of(), List.of("systemd-analyze", "security", "--offline=yes", "--threshold=20", unit))) {
            assertEquals(0, security.exitCode(), security.out().all()::toString); // in tenths
        }
    }

    @Test
    void systemdTakesTheUnitWithEachDropIn() throws Exception {
        Needs.that(has("systemd-analyze", "--version"), "systemd-analyze");
        Path installed = Files.writeString(directory.resolve("usher"), "#!/bin/sh\n");
        assertTrue(installed.toFile().setExecutable(true));
        Files.writeString(directory.resolve("usher.service"), unit().replace(INSTALLED, installed.toString()));
        Files.copy(Path.of("..", "deploy", "systemd", "usher.socket"), directory.resolve("usher.socket"));
        try (Stream<Path> dropIns = Files.list(Path.of("..", "deploy", "systemd"))) {
            for (Path dropIn : dropIns.filter(file -> file.toString().endsWith(".conf"))
                    .sorted()
                    .toList()) {
                Path beside = Files.createDirectories(directory.resolve("usher.service.d"))
                        .resolve("it.conf");
                Files.writeString(beside, Files.readString(dropIn).replace(INSTALLED, installed.toString()));
                assertEquals(List.of(), complaints(dropIn));
            }
        }
    }

    /** Debian's systemd 252 does not know the type of service of newer ones, and goes on as with the unit's own. */
    private List<String> complaints(Path dropIn) throws InterruptedException {
        try (Program verify = Program.start(
                Map.of(),
                List.of(
                        "systemd-analyze",
                        "verify",
                        "--man=no",
                        directory.resolve("usher.service").toString(),
                        directory.resolve("usher.socket").toString()))) {
            return verify.err().all().stream()
                    .filter(line -> line.contains("usher.s"))
                    .filter(line -> !(dropIn.endsWith("notify-reload.conf") && line.contains("notify-reload")))
                    .toList();
        }
    }

    /** The lines of the unit, in the environment that systemd gives them. */
    @Test
    void theUnitsCommandsStartAndReload() throws Exception {
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { in: { type: tcp, bind: "127.0.0.1:0", pool: "127.0.0.1:1" } }
                admin: none
                """);
        Map<String, String> environment =
                Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString());
        try (Program run = Program.start(environment, command("ExecStart", file, ""))) {
            run.err().await("is ready");
            try (Program reload = Program.start(environment, command("ExecReload", file, "" + run.pid()))) {
                assertEquals(0, reload.exitCode(), reload.err().all()::toString);
                reload.out().await("no changes: the content of the files is in force already, as generation 1 for ");
            }
            run.signal("TERM");
            assertEquals(0, run.exitCode());
        }
    }

    private static List<String> command(String key, Path file, String pid) throws IOException {
        String line = unit().lines()
                .filter(each -> each.startsWith(key + "=" + INSTALLED + " "))
                .findFirst()
                .orElseThrow();
        return Product.command(Arrays.stream(
                        line.substring((key + "=" + INSTALLED + " ").length()).split(" "))
                .map(word -> word.replace("$MAINPID", pid).replace("/etc/usher/usher.yaml", file.toString()))
                .toArray(String[]::new));
    }

    @Test
    void theRecipesReadTheAccessLog() throws Exception {
        Needs.that(has("jq", "--version"), "jq");
        Files.writeString(directory.resolve("access.json"), """
                {"ts":"2026-01-01T00:00:00Z","client":"192.0.2.1:1","sni":"a.example","backend":"10.0.0.1:443","reason":"completed"}
                {"ts":"2026-01-01T00:00:01Z","client":"192.0.2.1:2","sni":"no.example","backend":null,"reason":"unknown_name"}
                {"ts":"2026-01-01T00:00:02Z","client":"192.0.2.1:3","sni":"a.example","backend":"10.0.0.1:443","reason":"completed"}
                """);
        List<String> recipes = Files.readAllLines(Path.of("..", "README.md")).stream()
                .filter(line -> line.startsWith("    ") && line.contains("jq -"))
                .map(line -> line.strip().replaceFirst(" {2,}# .*", "").replace("tail -F", "cat"))
                .toList();
        assertEquals(
                List.of(
                        "[\"2026-01-01T00:00:01Z\",\"192.0.2.1:2\",\"no.example\",null,\"unknown_name\"]",
                        "2 completed / 1 unknown_name",
                        "1 no.example"),
                recipes.stream().map(this::output).toList());
    }

    private String output(String recipe) {
        try (Program shell =
                Program.start(Map.of(), List.of("sh", "-c", "cd \"$0\" && " + recipe, directory.toString()))) {
            assertEquals(0, shell.exitCode(), shell.err().all()::toString);
            return shell.out().all().stream().map(String::strip).collect(Collectors.joining(" / "));
        } catch (InterruptedException e) {
            throw new AssertionError(recipe, e);
        }
    }
}
