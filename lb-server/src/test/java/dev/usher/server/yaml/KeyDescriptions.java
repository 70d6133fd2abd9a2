package dev.usher.server.yaml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What docs/configuration.md says of a key, as plain text: the one place where keys are described. */
final class KeyDescriptions {
    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]+)]\\([^)]+\\)");

    /** Headings of sections with another name there, or with a place under the heading of their owner. */
    private static final Map<String, List<String>> HEADINGS = Map.ofEntries(
            Map.entry("usher", List.of("The file itself", "`routes`")),
            Map.entry("listener", List.of("`listeners`")),
            Map.entry("route", List.of("`routes`")),
            Map.entry("pool", List.of("`pools` and `defaults`")),
            Map.entry("backend", List.of("`pools` and `defaults`")),
            Map.entry("expectation", List.of("`expect`")),
            Map.entry("source", List.of("`sources`")),
            Map.entry("http", List.of("Port 80")),
            Map.entry("http_rule", List.of("Port 80")),
            Map.entry("not_tls", List.of("Other protocols on the TLS port")),
            Map.entry("postgres", List.of("Postgres")));

    /** Keys of the file whose heading is followed by a sentence of what the section is. */
    private static final Map<String, String> SECTIONS = Map.ofEntries(
            Map.entry("listeners", "`listeners`"),
            Map.entry("routes", "`routes`"),
            Map.entry("pools", "`pools` and `defaults`"),
            Map.entry("defaults", "`pools` and `defaults`"),
            Map.entry("expect", "`expect`"),
            Map.entry("sources", "`sources`"),
            Map.entry("limits", "`limits`"),
            Map.entry("shutdown", "`shutdown`"),
            Map.entry("reload", "`reload`"),
            Map.entry("admin", "`admin`"),
            Map.entry("logging", "`logging`"));

    /** Keys whose section has no table: what their owner's row says stands for each of them. */
    private static final Map<String, String> OWNERS = Map.of(
            "client_hello", "listener.client_hello",
            "silent", "listener.silent",
            "per_client_ip", "limits.per_client_ip",
            "token", "admin.tokens",
            "tls", "admin.tls",
            "access_log", "logging.access");

    private final String text;

    KeyDescriptions() throws IOException {
        text = Files.readString(DOCUMENT);
    }

    /** What the key does, with its values where they are a range; empty for a key without a row. */
    Optional<String> of(String section, String key) {
        if (section.equals("usher") && SECTIONS.containsKey(key)) {
            return Optional.of(firstSentence(under(SECTIONS.get(key))));
        }
        String owner = OWNERS.get(section);
        Optional<String> own = HEADINGS.getOrDefault(section, List.of('`' + section + '`')).stream()
                .flatMap(heading -> row(under(heading), key).stream())
                .findFirst();
        if (own.isPresent() || owner == null) {
            return own;
        }
        int dot = owner.indexOf('.');
        return of(owner.substring(0, dot), owner.substring(dot + 1));
    }

    /** From a heading to the next one of any depth. */
    private String under(String heading) {
        Matcher part = Pattern.compile("(?ms)^#+ " + Pattern.quote(heading) + "\\n.*?(?=^#{2,} |\\z)")
                .matcher(text);
        return part.find() ? part.group() : "";
    }

    private static String firstSentence(String part) {
        Matcher sentence =
                Pattern.compile("\\A[^\\n]*\\n\\n([A-Z](?s:.*?)[.:])(?=\\s)").matcher(part);
        if (!sentence.find()) {
            throw new IllegalStateException("docs/configuration.md has no sentence under "
                    + part.lines().findFirst());
        }
        return plain(sentence.group(1).replace('\n', ' ').replaceFirst("[.:]$", ""));
    }

    private static Optional<String> row(String part, String key) {
        Matcher row = Pattern.compile("(?m)^\\| [^|\\n]*`" + key + "`[^|\\n]*\\|(.*)\\|$")
                .matcher(part);
        if (!row.find()) {
            return Optional.empty();
        }
        List<String> cells =
                List.of(row.group(1).split("\\|")).stream().map(String::strip).toList();
        String values = cells.size() > 1 && cells.getFirst().contains("..") ? ". Values: " + cells.getFirst() : "";
        return Optional.of(plain(cells.getLast() + values));
    }

    private static String plain(String markdown) {
        String text = LINK.matcher(markdown).replaceAll("$1").replace("`", "");
        return text.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + text.substring(1);
    }
}
