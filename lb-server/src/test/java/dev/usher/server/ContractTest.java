package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.admin.attention.Attention;
import dev.usher.config.Spelling;
import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendState;
import dev.usher.relay.SessionStates;
import dev.usher.server.log.LogKeys;
import dev.usher.server.yaml.YamlKeys;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Words that programs read stay what they are: all of them are in contract.txt, which changes on purpose only. */
class ContractTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "dev", "usher", "server", "contract.txt");
    /** As in: | `usher_connections` | gauge | | Open connections. | */
    private static final Pattern METRIC = Pattern.compile("(?m)^\\| `(\\w+)` \\| (\\w+) \\| (.*?) ?\\| .+ \\|$");

    private static final String HEAD = """
            Words that programs read: scripts, dashboards, alerts and configurations of users depend on them. A change here
            breaks users, and belongs into the notes of the release. ContractTest compares this file with the code; write it
            anew after a change on purpose, and look at the difference:

                mvn -pl lb-server -am test -Dtest=ContractTest -Dusher.renew=true -Dsurefire.failIfNoSpecifiedTests=false
            """;

    @Test
    void wordsThatProgramsReadStayWhatTheyAre() throws Exception {
        String now = text();
        if (Boolean.getBoolean("usher.renew")) {
            Files.writeString(GOLDEN, now);
        }
        String golden = Files.readString(GOLDEN);
        assertEquals(
                List.of(), linesOnlyIn(golden, now), "contract.txt has them and the code has not; see its first lines");
        assertEquals(
                List.of(), linesOnlyIn(now, golden), "the code has them and contract.txt has not; see its first lines");
        assertEquals(golden, now, "the order differs from contract.txt");
    }

    private static List<String> linesOnlyIn(String text, String other) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        other.lines().forEach(lines::remove);
        return lines;
    }

    private static String text() throws Exception {
        StringBuilder text = new StringBuilder(HEAD);
        add(text, "Keys of a line of the access log", LogKeys.ofAccessLine());
        add(text, "Keys of a line of usher's log, where logging.format is json", LogKeys.ofProgramLine());
        add(
                text,
                "Reasons of closed sessions, with their end codes",
                Arrays.stream(CloseReason.values())
                        .map(reason -> reason.word() + " " + reason.endCode())
                        .toList());
        add(text, "States of a session", SessionStates.words());
        add(text, "Types of events", words(Event.Kind.values()));
        add(text, "Kinds of what needs attention", words(Attention.Entry.Kind.values()));
        add(text, "Severities of what needs attention", words(Attention.Entry.Severity.values()));
        add(text, "States of a backend", words(BackendState.values()));
        add(text, "States of a backend that people set", words(AdminState.values()));
        add(text, "Metrics, with type and labels (MetricsIT compares their table with a scrape)", metrics());
        ApiWords api = new ApiWords();
        add(text, "Requests of the API, with their parameters and the fields of their bodies", api.requests());
        add(text, "Fields of the API's answers, with the words that they take", api.answers());
        add(text, "Exit codes", exitCodes());
        add(text, "Commands, with their arguments and options", commands());
        add(text, "Keys of the configuration, with the words that they take", YamlKeys.bySection());
        return text.toString();
    }

    private static void add(StringBuilder text, String title, List<String> lines) {
        text.append("\n## ").append(title).append("\n\n");
        lines.forEach(line -> text.append(line).append('\n'));
    }

    private static List<String> words(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Spelling::snake).toList();
    }

    private static List<String> metrics() throws IOException {
        String table = Files.readString(Path.of("..", "docs", "metrics.md"));
        return METRIC.matcher(table)
                .results()
                .map(row ->
                        (row.group(1) + " " + row.group(2) + " " + row.group(3).replaceAll("[`,]", "")).strip())
                .toList();
    }

    private static List<String> exitCodes() throws IllegalAccessException {
        List<String> codes = new ArrayList<>();
        for (Field field : ExitCode.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
                codes.add(field.getInt(null) + " " + field.getName().toLowerCase(Locale.ROOT));
            }
        }
        return codes;
    }

    private static List<String> commands() {
        CommandLine usher = new CommandLine(new UsherCommand());
        UsherCommand.called("").forEach(usher::addSubcommand);
        Map<String, CommandLine> all = new TreeMap<>(usher.getSubcommands());
        return all.entrySet().stream()
                .map(each -> each.getKey() + " " + String.join(" ", arguments(each.getValue())))
                .toList();
    }

    private static List<String> arguments(CommandLine command) {
        Stream<String> positional =
                command.getCommandSpec().positionalParameters().stream().map(ArgSpec::paramLabel);
        Stream<String> options = command.getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .sorted();
        return Stream.concat(positional, options).toList();
    }
}
