package dev.usher.server;

import dev.usher.config.Units;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code usher status}. */
@Command(
        name = "status",
        description = "Show the state of a running usher and what needs attention.",
        footer = {
            "",
            "Exit codes: 0 answered, 1 no answer, 2 wrong usage.",
            "With --check: 0 ok, 1 warning, 2 critical, 3 no answer.",
        })
final class StatusCommand extends AdminCommand {
    private static final String STATUS = "/api/v1/status";
    /** Length of an entry's text in a long list: with severity and time the line has 100 characters. */
    private static final int MAX_LINE = 57;

    @Option(names = "--json", description = "Print the API's answer, for programs.")
    private boolean json;

    /** Words by exit code, as monitoring expects them. */
    private static final List<String> WORDS = List.of("ok", "warning", "critical");

    private static final int UNKNOWN = 3;

    @Option(names = "--check", description = "For monitoring: one line, and the state as exit code.")
    private boolean check;

    @Override
    int unanswered() {
        return check ? UNKNOWN : super.unanswered();
    }

    @Override
    int ask(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException {
        JsonNode status = client.get(STATUS);
        int worst = worst(status.path("attention"));
        if (check && !json) {
            out.println(line(status, worst));
        } else if (json) {
            out.println(client.exact(STATUS));
        } else {
            print(status, out);
        }
        return check ? worst : ExitCode.OK;
    }

    private static int worst(JsonNode attention) {
        int worst = ExitCode.OK;
        for (JsonNode entry : attention) {
            worst = Math.max(worst, WORDS.indexOf(text(entry, "severity").replace("info", WORDS.getFirst())));
        }
        return worst;
    }

    /** For example {@code critical: pool web: no backend is available (and 2 more)}. */
    private static String line(JsonNode status, int worst) {
        if (worst == ExitCode.OK) {
            JsonNode pools = status.path("pools");
            return "ok: " + state(status) + ", " + text(pools, "serving") + " of " + text(pools, "total")
                    + " pools serving";
        }
        JsonNode attention = status.path("attention"); // the worst entries, the worst first
        int more = count(status.path("attention_total")) - 1;
        return WORDS.get(worst) + ": " + text(attention.path(0), "subject") + ": " + text(attention.path(0), "text")
                + (more == 0 ? "" : " (and " + more + " more)");
    }

    private static void print(JsonNode status, PrintWriter out) {
        JsonNode config = status.path("config");
        out.println("usher " + text(status, "version") + ", process " + text(status, "pid") + " on "
                + text(status, "hostname") + ": " + state(status));
        out.println("configuration  generation " + text(config, "generation") + " since "
                + second(text(config, "in_force_since"))
                + (config.path("file").isNull()
                        ? ""
                        : ", " + text(config, "file") + ": " + onDisk(text(config, "on_disk"))));
        out.println(
                "connections    " + text(status, "open") + " open, " + text(status, "accepted_total") + " accepted");
        out.println("pools          " + serving(status.path("pools")));
        out.println("backends       " + serving(status.path("backends")));
        out.println();
        attention(status.path("attention"), status.path("attention_total"), out);
    }

    private static String state(JsonNode status) {
        String up = length(status.path("uptime_seconds").asLong());
        if (!text(status, "state").equals("draining")) {
            return text(status, "state") + " for " + up;
        }
        String open = Units.counted(status.path("open").asLong(), "connection");
        return "draining, "
                + (status.path("listening").asBoolean(false) ? "still listening, " + open + " open" : open + " left")
                + "; up for " + up;
    }

    /**
     * Prints the list. After a mass outage the list still fits on a screen: ten entries, cut, and the number of further
     * entries.
     */
    private static void attention(JsonNode entries, JsonNode total, PrintWriter out) {
        if (entries.isEmpty()) {
            out.println("nothing needs attention");
        }
        int more = count(total) - entries.size();
        for (JsonNode entry : entries) {
            String text = text(entry, "subject") + ": " + text(entry, "text");
            out.printf(
                    "%-8s  %s%s%n",
                    text(entry, "severity"),
                    more > 0 && text.length() > MAX_LINE ? text.substring(0, MAX_LINE) + "..." : text,
                    entry.path("since").isNull() ? "" : " (since " + second(text(entry, "since")) + ")");
        }
        if (more > 0) {
            out.println("and " + more + " more; the dashboard's Pools page lists all unhealthy backends");
        }
    }

    /** The sum over all severities. */
    private static int count(JsonNode total) {
        return total.properties().stream()
                .mapToInt(count -> count.getValue().asInt())
                .sum();
    }

    /** The state of the file, for people; an unknown word is shown unchanged. */
    private static String onDisk(String word) {
        return switch (word) {
            case "same" -> "up to date";
            case "different" -> "changed, not loaded yet";
            case "faulty" -> "has errors";
            default -> word;
        };
    }

    private static String serving(JsonNode counts) {
        return text(counts, "serving") + " of " + text(counts, "total") + " serving";
    }

    private static String text(JsonNode node, String key) {
        return node.path(key).asString();
    }

    private static String second(String time) {
        return Instant.parse(time).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String length(long seconds) {
        Duration time = Duration.ofSeconds(seconds);
        return time.toDays() > 0
                ? time.toDays() + " d " + time.toHoursPart() + " h"
                : time.toHours() > 0
                        ? time.toHours() + " h " + time.toMinutesPart() + " min"
                        : time.toMinutes() > 0
                                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                                : seconds + " s";
    }
}
