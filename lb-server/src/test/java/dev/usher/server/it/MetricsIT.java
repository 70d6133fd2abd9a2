package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The metrics of a running usher that has served, as Prometheus and its tools see them, and what is built on them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsIT {
    private static final String NAME = "www.example.com";
    private static final int VISITS = 5;
    private static final Pattern METRIC = Pattern.compile("\\b(?:usher|jvm|process)_[a-z0-9_]+");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern SERIES = Pattern.compile("(?m)^([a-z0-9_]+)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    /** As in: | `usher_connections` | gauge | | Open connections. | */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\S+)` \\| (\\w+) \\| (.*?) ?\\| .+ \\|$");

    private final Parts parts = new Parts();
    private Usher usher;
    private Prometheus prometheus;

    @BeforeAll
    void serve() throws Exception {
        Certificates certificates = new Certificates();
        Web web = parts.add(new Web(certificates.leaf(NAME), ""));
        usher = parts.add(Usher.withAdmin("""
                routes: { %s: web, out.example: "{name}:443" }
                pools:
                  web:
                    backends: ["%s"]
                    health_check: { type: tls, verify: false, server_name: %1$s, interval: 200ms }
                sources:
                  made: { type: exec, command: [/bin/echo, '{ "routes": { "made.example": "10.9.9.9:443" } }'] }
                """.formatted(NAME, web.hostPort())));
        Visitor visitor = new Visitor(certificates, NAME);
        for (int i = 0; i < VISITS; i++) {
            visitor.visit("127.0.0.1", usher.address());
        }
        Await.process(() -> scrape().contains("usher_backend_certificate_expiry"), "the certificate was seen");
        prometheus = parts.add(new Prometheus(usher.admin().getAuthority()));
    }

    @AfterAll
    void stop() throws Exception {
        parts.closeAll();
    }

    private String scrape() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(usher.admin().resolve("/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    private static String text(String path) throws Exception {
        return Files.readString(Product.file(path));
    }

    // ---- who reads it ----

    @Test
    void promtoolFindsNothingToSay() throws Exception {
        Path file = Program.directory("scrape").resolve("metrics");
        Files.writeString(file, scrape());
        assertEquals("", Prometheus.promtool(file, "check", "metrics"));
    }

    @Test
    void prometheusScrapesIt() throws Exception {
        Await.process(
                () -> {
                    JsonNode result =
                            prometheus.query("sum(usher_listener_ended_total)"); // who resets whom is not the point
                    return result.size() == 1
                            && result.get(0).path("value").get(1).asString().equals("" + VISITS);
                },
                "prometheus has the sessions");
        assertEquals("1", prometheus.query("up").get(0).path("value").get(1).asString());
        assertEquals(
                "" + VISITS,
                prometheus
                        .query("usher_pool_first_byte_seconds_count{pool=\"web\"}")
                        .get(0)
                        .path("value")
                        .get(1)
                        .asString());
    }

    @Test
    void openMetricsIsWhatItClaimsToBe() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body = client.send(
                            HttpRequest.newBuilder(usher.admin().resolve("/metrics"))
                                    .header("Accept", "application/openmetrics-text;version=1.0.0")
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertTrue(body.endsWith("# EOF\n"), body);
        }
    }

    // ---- what is built on it ----

    @Test
    void theAlertsAreRules() throws Exception {
        Path file = Product.file("deploy/prometheus/alerts.yaml");
        assertTrue(Prometheus.promtool(file, "check", "rules", file.toString()).contains("7 rules found"));
        Await.process(
                () -> {
                    List<String> health = prometheus.get("rules").findValuesAsString("health");
                    return health.size() == 7 && health.stream().allMatch("ok"::equals);
                },
                "prometheus has evaluated all rules");
        // The certificates of tests last for a few days only, and nothing else is wrong.
        Await.process(() -> !prometheus.query("ALERTS").isEmpty(), "there is one alert");
        assertEquals(List.of("UsherCertificateEnds"), prometheus.query("ALERTS").findValuesAsString("alertname"));
    }

    /** Every metric that they name is one that there is. */
    @Test
    void dashboardAndAlertsAskForWhatThereIs() throws Exception {
        String scrape = scrape();
        Set<String> there =
                SERIES.matcher(scrape).results().map(found -> found.group(1)).collect(Collectors.toSet());
        for (String file : List.of("deploy/grafana/usher-overview.json", "deploy/prometheus/alerts.yaml")) {
            Set<String> asked = METRIC.matcher(text(file))
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertFalse(asked.isEmpty(), file);
            asked.removeAll(there);
            assertEquals(Set.of(), asked, file + " asks for what there is not");
        }
    }

    /** Prometheus can evaluate what each panel asks for, and none is empty but those of what has gone wrong. */
    @Test
    void everyPanelIsAnswered() throws Exception {
        Await.process(
                () -> !prometheus
                        .query("rate(usher_listener_accepted_total[20s])")
                        .isEmpty(),
                "there is a rate");
        JsonNode dashboard = JsonMapper.shared().readTree(text("deploy/grafana/usher-overview.json"));
        List<String> empty = new ArrayList<>();
        for (String expression : dashboard.path("panels").findValuesAsString("expr")) {
            String asked = expression
                    .replace("$__rate_interval", "20s")
                    .replace("$instance", ".*")
                    .replace("$pool", ".*");
            if (prometheus.query(asked).isEmpty()) {
                empty.add(asked);
            }
        }
        assertEquals(
                List.of(),
                empty.stream().filter(asked -> !asked.endsWith(" > 0")).toList());
    }

    // ---- what is written of it ----

    @Test
    void theDocHasEveryMetricWithItsLabels() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        for (MatchResult row : ROW.matcher(text("docs/metrics.md")).results().toList()) {
            String labels = Arrays.stream(row.group(3).replace("`", "").split(", *", -1))
                    .sorted()
                    .collect(Collectors.joining(","));
            documented.put(row.group(1), row.group(2) + " " + labels);
        }
        assertEquals(lines(real(scrape())), lines(documented));
    }

    private static String lines(Map<String, String> metrics) {
        return metrics.entrySet().stream()
                .map(metric -> metric.getKey() + " " + metric.getValue())
                .collect(Collectors.joining("\n"));
    }

    /** Type and labels of each metric by its name. */
    private static Map<String, String> real(String scrape) {
        Map<String, String> metrics = new TreeMap<>();
        Matcher type = TYPE.matcher(scrape);
        while (type.find()) {
            String name = type.group(1);
            Set<String> labels = new TreeSet<>();
            for (MatchResult series : SERIES.matcher(scrape).results().toList()) {
                boolean own = series.group(1).matches(Pattern.quote(name) + "(_bucket|_count|_sum)?");
                if (own && series.group(2) != null) {
                    LABEL.matcher(series.group(2)).results().forEach(label -> labels.add(label.group(1)));
                }
            }
            labels.removeAll(Set.of("le", "quantile"));
            metrics.put(name, type.group(2) + " " + String.join(",", labels));
        }
        return metrics;
    }
}
