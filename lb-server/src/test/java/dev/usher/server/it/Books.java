package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.it.EchoClients.Seen;
import dev.usher.server.it.EchoClients.Visit;
import dev.usher.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What usher's log, usher's counters and the clients of {@link EchoClients} say of the same sessions. */
final class Books {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern ENDED =
            Pattern.compile("(?m)^usher_listener_ended_total\\{.*reason=\"(\\w+)\"} (\\d+)");

    private static final Pattern NOTHING_OPEN = Pattern.compile("(?m)^usher_connections 0(\\.0)?$");
    private static final Pattern NOTHING_HELD = Pattern.compile("(?m)^usher_held_bytes 0(\\.0)?$");

    private final AccessLines log;
    private final AdminSide admin;
    private int lines;

    Books(AccessLines log, AdminSide admin) {
        this.log = log;
        this.admin = admin;
    }

    /** Lines that are there by now are of other sessions. */
    void skip(int count) {
        lines = count;
    }

    /**
     * Each visit has a line of its own, with an end that fits what the client saw; log and counters agree, and nothing is
     * left open.
     *
     * @param excused reasons of sessions that the fault has hit; all others are to be completed
     * @return the sessions by reason
     */
    Map<String, Integer> balance(List<Visit> visits, Set<String> excused) throws Exception {
        int all = lines + visits.size();
        Await.process(() -> log.all().size() >= all, "each of %d visits has its line".formatted(all), PATIENCE);
        List<AccessLines.Line> fresh = log.all().subList(lines, log.all().size());
        assertEquals(visits.size(), fresh.size(), "lines of the log");
        lines = all;
        Map<String, AccessLines.Line> byClient =
                fresh.stream().collect(Collectors.toMap(line -> line.text("client"), Function.identity()));
        for (Visit visit : visits) {
            AccessLines.Line line = byClient.get(Backend.hostPort(visit.client()));
            assertTrue(line != null, () -> visit + " has no line");
            compare(visit, line, excused);
        }
        Await.process(this::agree, "log and counters agree, and nothing is open: " + reasons(), PATIENCE);
        return reasons(fresh);
    }

    private static void compare(Visit visit, AccessLines.Line line, Set<String> excused) {
        String both = visit + " " + line.json();
        assertTrue(visit.seen() != Seen.WRONG, both);
        String reason = line.text("reason");
        if (visit.seen() == Seen.RIGHT) {
            assertEquals(line.number("bytes_in"), line.number("bytes_out"), both);
        }
        assertTrue(reason.equals("completed") ? visit.seen() == Seen.RIGHT : excused.contains(reason), both);
    }

    private boolean agree() throws Exception {
        String metrics = admin.text("/metrics");
        Map<String, Integer> counted = new TreeMap<>();
        ENDED.matcher(metrics)
                .results()
                .forEach(found -> counted.merge(found.group(1), Integer.parseInt(found.group(2)), Integer::sum));
        counted.values().removeIf(count -> count == 0);
        return counted.equals(reasons())
                && NOTHING_OPEN.matcher(metrics).find()
                && NOTHING_HELD.matcher(metrics).find();
    }

    private Map<String, Integer> reasons() throws IOException {
        return reasons(log.all());
    }

    private static Map<String, Integer> reasons(List<AccessLines.Line> lines) {
        return lines.stream()
                .collect(Collectors.toMap(line -> line.text("reason"), _ -> 1, Integer::sum, TreeMap::new));
    }
}
