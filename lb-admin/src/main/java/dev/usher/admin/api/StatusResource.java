package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.attention.Attention;
import dev.usher.admin.attention.Pressing;
import dev.usher.admin.http.Access;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.Lifecycle;
import dev.usher.admin.subject.Program;
import dev.usher.config.Spelling;
import dev.usher.metrics.Totals;
import dev.usher.view.PoolView;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /status}. */
public final class StatusResource {
    private final LoadBalancer balancer;
    private final ConfigSource source;
    private final Program program;
    private final Lifecycle lifecycle;
    private final Access access;
    private final Attention attention;
    private final String hostname = hostname();

    public StatusResource(
            LoadBalancer balancer,
            ConfigSource source,
            Program program,
            Lifecycle lifecycle,
            Access access,
            Attention attention) {
        this.balancer = balancer;
        this.source = source;
        this.program = program;
        this.lifecycle = lifecycle;
        this.access = access;
        this.attention = attention;
    }

    private record Status(
            String version,
            String commit,
            String java,
            String hostname,
            long pid,
            Instant startedAt,
            Instant now,
            double uptimeSeconds,
            String state,
            boolean listening,
            Access.Who who,
            boolean readOnly,
            ConfigStateJson config,
            List<Entry> attention,
            Map<String, Integer> attentionTotal,
            long open,
            long acceptedTotal,
            Map<String, Long> endedTotal,
            Serving pools,
            Serving backends) {}

    private record Serving(int total, int serving) {}

    private record Entry(
            String severity,
            String kind,
            String subject,
            String text,
            @Nullable Instant since,
            String page) {
        static Entry of(Attention.Entry entry) {
            return new Entry(
                    Spelling.snake(entry.severity()),
                    Spelling.snake(entry.kind()),
                    entry.subject(),
                    entry.text(),
                    entry.since(),
                    entry.page());
        }
    }

    /** {@code GET}. */
    public Object get(Question question) throws ProblemException {
        Instant now = Instant.now();
        Pressing pressing = attention.pressing(question.limit(Pressing.AT_ONCE));
        Totals counted = balancer.looks().totals();
        List<PoolView> pools = balancer.looks().pools();
        return new Status(
                program.version(),
                program.commit(),
                Runtime.version().toString(),
                hostname,
                ProcessHandle.current().pid(),
                program.startedAt(),
                now,
                Text.seconds(Duration.between(program.startedAt(), now)),
                Spelling.snake(lifecycle.state()),
                lifecycle.listens(),
                access.who(question.caller()),
                access.readOnly(),
                ConfigStateJson.of(source),
                pressing.entries().stream().map(Entry::of).toList(),
                bySeverity(pressing),
                counted.open(),
                counted.accepted(),
                new TreeMap<>(counted.ended()),
                serving(pools),
                servingBackends(pools));
    }

    private static Map<String, Integer> bySeverity(Pressing pressing) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        pressing.counts().forEach((severity, count) -> counts.put(Spelling.snake(severity), count));
        return counts;
    }

    private static Serving serving(List<PoolView> pools) {
        return new Serving(pools.size(), (int)
                pools.stream().filter(pool -> !pool.isDown()).count());
    }

    private static Serving servingBackends(List<PoolView> pools) {
        return new Serving(
                pools.stream().mapToInt(pool -> pool.backends().size()).sum(),
                pools.stream().mapToInt(PoolView::serving).sum());
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException noName) {
            return "localhost";
        }
    }
}
