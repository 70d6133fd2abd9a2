package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.RoutePattern;
import dev.usher.server.it.Command;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** usher's files for configurations that people publish: each is valid, and leads names where the row says. */
class RowsTest {
    private static final Path ROWS = Path.of("src", "test", "resources", "dev", "usher", "server", "rows");
    private static final Set<String> WORDS = Set.of("full", "partly", "not");
    /** Words for what usher lacks, as rows.txt explains them. */
    private static final Set<String> GAPS =
            Set.of("term", "resolver", "disc", "sniff", "unix", "udp", "bindsrc", "origdst", "starttls", "-");

    /**
     * A line of rows.txt.
     *
     * @param tls how much of the TLS port usher can do: full, partly or not
     */
    record Row(int number, String tls, String whole, String beside, String lacks, String names) {
        static Row of(String line) {
            List<String> cells =
                    Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            return new Row(
                    Integer.parseInt(cells.get(0)),
                    cells.get(2),
                    cells.get(3),
                    cells.get(4),
                    cells.get(5),
                    cells.get(6));
        }

        Path file() {
            return ROWS.resolve(number + ".yaml");
        }
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(ROWS.resolve("rows.txt")).stream()
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(Row::of)
                .toList();
    }

    private static List<Row> rowsWithFile() throws IOException {
        return rows().stream().filter(row -> !row.tls().equals("not")).toList();
    }

    private static String run(int expected, String... args) {
        Command.Result result = Commands.here(args);
        assertEquals(expected, result.exitCode(), () -> String.join(" ", args) + "\n" + result.all());
        return result.all();
    }

    @ParameterizedTest
    @MethodSource("rowsWithFile")
    void hasAValidFile(Row row) {
        String text = run(ExitCode.OK, "check", row.file().toString());
        assertTrue(text.contains(": valid: "), text);
        boolean lacksRights = text.contains("the capability CAP_NET_RAW, which this process does not have");
        assertTrue(lacksRights || !text.contains("warning"), text);
    }

    @ParameterizedTest
    @MethodSource("rowsWithFile")
    void leadsItsNamesWhereTheRowSays(Row row) {
        for (String written : row.names().split(" ", -1)) {
            String[] parts = written.replaceFirst("^[~!?]", "").split("@", -1);
            String file = row.file().toString();
            String[] explain = parts.length == 1
                    ? new String[] {"explain", file, parts[0]}
                    : new String[] {"explain", file, parts[0], "--listener", parts[1]};
            switch (written.charAt(0)) {
                case '~' -> run(ExitCode.DEFAULT_ROUTE, explain);
                case '!' -> run(ExitCode.REFUSED, explain);
                case '?' -> comesFromASource(row, parts[0], explain);
                default -> run(ExitCode.OK, explain);
            }
        }
    }

    private static void comesFromASource(Row row, String name, String... explain) {
        Command.Result result = Commands.here(explain);
        assertNotEquals(ExitCode.OK, result.exitCode(), result::all);
        assertTrue(result.all().contains("names that sources bring are not in the file"), result::all);
        ConfigResult.Valid file = assertInstanceOf(ConfigResult.Valid.class, ConfigFile.read(row.file()));
        RoutePattern pattern = RoutePattern.parse(name);
        assertTrue(
                file.config().sources().values().stream()
                        .anyMatch(source -> !source.names().isEmpty() && source.mayBring(pattern)),
                row::toString);
    }

    @Test
    void everyFileHasARowAndEveryRowTheWordsOfTheTable() throws IOException {
        try (Stream<Path> files = Files.list(ROWS)) {
            Set<String> found = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(
                    rowsWithFile().stream()
                            .map(row -> row.number() + ".yaml")
                            .collect(Collectors.toCollection(TreeSet::new)),
                    found);
        }
        for (Row row : rows()) {
            assertTrue(WORDS.containsAll(List.of(row.tls(), row.whole(), row.beside())), row::toString);
            assertTrue(GAPS.containsAll(List.of(row.lacks().split(" ", -1))), row::toString);
            assertEquals(row.lacks().equals("-"), row.whole().equals("full"), row::toString);
        }
    }
}
