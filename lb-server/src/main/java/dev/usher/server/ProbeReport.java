package dev.usher.server;

import dev.usher.config.PoolConfig;
import dev.usher.config.Printable;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.pool.CertificateSeen;
import dev.usher.upkeep.ProbeRound;
import dev.usher.upkeep.ProbeRound.Answer;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The backends of a configuration, each asked once: for {@code usher check --probe}. */
final class ProbeReport {
    /** For the whole round: a health check may have minutes, and a script must not hang. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final List<String> HEADINGS = List.of("pool", "backend", "", "time", "certificate", "answer");

    private final UsherConfig config;
    private final List<Answer> answers;
    private final Instant now = Instant.now();

    private ProbeReport(UsherConfig config, List<Answer> answers) {
        this.config = config;
        this.answers = answers;
    }

    /**
     * Asks every backend, at most for two minutes.
     *
     * @param err shows how far the round has come: as a line that changes, on a terminal
     */
    static ProbeReport of(UsherConfig config, PrintWriter err, boolean terminal) throws InterruptedException {
        int size = ProbeRound.size(config.pools().values());
        Progress progress = new Progress(err, size, terminal);
        try (ProbeRound round = new ProbeRound()) {
            List<Answer> answers = round.run(config.pools().values(), PATIENCE, progress::show);
            progress.end();
            return new ProbeReport(config, answers);
        }
    }

    /** A line on standard error; the line changes on a terminal alone. */
    private record Progress(PrintWriter err, int size, boolean terminal, ReentrantLock lock) {
        Progress(PrintWriter err, int size, boolean terminal) {
            this(err, size, terminal, new ReentrantLock());
            if (!terminal && size > 0) {
                err.println("probing " + Units.counted(size, "backend"));
                err.flush();
            }
        }

        void show(int done) {
            lock.lock(); // a writer may be no more than one thread's, and a virtual thread must not be pinned
            try {
                if (terminal) {
                    err.print("\rprobing " + Units.counted(size, "backend") + ": " + done + " done");
                    err.flush();
                }
            } finally {
                lock.unlock();
            }
        }

        void end() {
            if (terminal && size > 0) {
                err.print("\r\u001b[K");
                err.flush();
            }
        }
    }

    /** Whether every backend has answered as its check demands. */
    boolean isGood() {
        return answers.stream().allMatch(Answer::up);
    }

    /** A table, then a line with the counts. */
    String text() {
        if (answers.isEmpty()) {
            return "no backend to probe\n";
        }
        List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
        answers.forEach(each -> rows.add(List.of(
                Printable.of(each.pool()),
                Printable.of(each.backend()),
                each.up() ? "up" : "DOWN",
                each.took().toMillis() + " ms",
                certificate(each),
                Printable.of(each.text()))));
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(line(row, rows)).append('\n'));
        long up = answers.stream().filter(Answer::up).count();
        return text.toString() + answers.size() + " probed: " + up + " up, " + (answers.size() - up) + " down\n";
    }

    private static String line(List<String> row, List<List<String>> rows) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            int at = column;
            int width =
                    rows.stream().mapToInt(each -> each.get(at).length()).max().orElse(0);
            String cell = row.get(column);
            line.append(cell).repeat(' ', width - cell.length() + (width == 0 ? 0 : 2));
        }
        return line.toString().stripTrailing();
    }

    private String certificate(Answer answer) {
        Long days = daysLeft(answer.certificate());
        if (days == null) {
            return "";
        }
        return days < 0 ? "expired" : Units.counted(days, "day") + (isLate(answer, days) ? ", soon" : "");
    }

    /** Whole days until the certificate expires; below zero after that; null without a certificate. */
    private @Nullable Long daysLeft(@Nullable CertificateSeen certificate) {
        return certificate == null
                ? null
                : Math.floorDiv(Duration.between(now, certificate.notAfter()).toSeconds(), 86_400L);
    }

    private boolean isLate(Answer answer, long days) {
        PoolConfig pool = config.pools().get(answer.pool());
        Duration warned = pool == null ? null : pool.healthCheck().warnExpiry();
        return warned != null && days < warned.toDays();
    }

    /** A mapping for each backend, for programs. */
    List<Map<String, Object>> json() {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Answer answer : answers) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("pool", answer.pool());
            each.put("backend", answer.backend());
            each.put("up", answer.up());
            each.put("millis", answer.took().toMillis());
            each.put("certificate_days_left", daysLeft(answer.certificate()));
            each.put("text", answer.text());
            list.add(each);
        }
        return list;
    }
}
