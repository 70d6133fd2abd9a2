package dev.usher.admin.web;

import dev.usher.LoadBalancer;
import dev.usher.admin.attention.Attention;
import dev.usher.admin.attention.Pressing;
import dev.usher.admin.http.Caller;
import dev.usher.admin.http.Gzip;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.config.Printable;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** {@code /plain}: things that need attention, and the state of every backend, on a page without scripts. */
public final class PlainPage implements HttpHandler {
    private final LoadBalancer balancer;
    private final ConfigSource source;
    private final Attention attention;

    public PlainPage(LoadBalancer balancer, ConfigSource source, Attention attention) {
        this.balancer = balancer;
        this.source = source;
        this.attention = attention;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (exchange.isInIoThread()) {
            exchange.dispatch(this);
            return;
        }
        Gzip.send(
                exchange, "text/html; charset=utf-8", page(Caller.of(exchange)).getBytes(StandardCharsets.UTF_8));
    }

    private String page(Caller caller) {
        return framed("""
            <p class="shown">%s: %s. Configuration: generation %d is in force; its files are %s. Load this page \
            again for newer figures.</p>
            %s<section>
            <h2>Needs attention</h2>
            %s
            </section>
            <section>
            <h2>Backends</h2>
            <div class="wide" role="region" aria-label="Backends" tabindex="0"><table>
            <thead><tr><th scope="col">pool</th><th scope="col">backend</th><th scope="col">state</th>\
            <th scope="col">why</th><th scope="col">since</th><th scope="col">open</th><th scope="col">weight</th></tr></thead>
            <tbody>
            %s</tbody>
            </table></div>
            </section>
            """.formatted(
                        time(Instant.now()),
                        Units.counted(balancer.looks().openSessions(), "open connection"),
                        source.status().generation(),
                        onDisk(source.onDisk()),
                        caller.name() == null ? "" : PlainLogin.leave(caller.name()),
                        list(attention.pressing(Pressing.AT_ONCE)),
                        rows()));
    }

    private static String onDisk(ConfigSource.OnDisk files) {
        return switch (files) {
            case SAME -> "up to date";
            case DIFFERENT -> "changed, not loaded yet";
            case FAULTY -> "has errors: usher check shows them";
            case NONE -> "none";
        };
    }

    /** Wraps markup in a whole page. */
    static String framed(String text) {
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>usher</title>
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/assets/style.css">
            </head>
            <body>
            <main>
            <h1>usher</h1>
            %s</main>
            </body>
            </html>
            """.formatted(text);
    }

    private static String list(Pressing pressing) {
        if (pressing.entries().isEmpty()) {
            return "<p>Nothing.</p>";
        }
        StringBuilder list = new StringBuilder("<ul class=\"events\">\n");
        for (Attention.Entry entry : pressing.entries()) {
            list.append("<li>")
                    .append(escaped(Spelling.snake(entry.severity()) + ": " + entry.subject() + ": " + entry.text()))
                    .append(entry.since() == null ? "" : " (since " + time(entry.since()) + ")")
                    .append("</li>\n");
        }
        return list.append("</ul><p>").append(pressing.more()).append("</p>").toString();
    }

    private String rows() {
        StringBuilder rows = new StringBuilder();
        for (PoolView pool : balancer.looks().pools()) {
            for (BackendView backend : pool.backends()) {
                rows.append("<tr>");
                cell(rows, pool.name());
                cell(rows, backend.address());
                cell(rows, Spelling.snake(backend.state()));
                cell(rows, backend.reason());
                cell(rows, time(backend.since()));
                cell(rows, Integer.toString(backend.open()));
                cell(rows, Integer.toString(backend.weight()));
                rows.append("</tr>\n");
            }
        }
        return rows.toString();
    }

    private static void cell(StringBuilder row, String text) {
        row.append("<td>").append(escaped(text)).append("</td>");
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Escapes text for HTML, since clients and backends choose some of it. */
    static String escaped(String text) {
        return Printable.of(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
