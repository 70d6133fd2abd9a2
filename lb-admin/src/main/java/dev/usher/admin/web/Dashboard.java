package dev.usher.admin.web;

import dev.usher.admin.http.Problem;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves the dashboard from the program's jar: files below {@code /assets/}, and the single page at {@code /}, {@code
 * /ui} and every path below. Scripts build each view from the path, so that links to views work.
 */
public final class Dashboard implements HttpHandler {
    private static final String INDEX = "index.html";
    private static final String ASSETS = "/assets/";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*");
    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script\\b[^>]*\\btype=[\"']?importmap[\"']?[^>]*>(.*?)</script>", Pattern.DOTALL);

    private final String root;
    /** Files read so far. Unknown names are not remembered, so the map is limited by the jar. */
    private final ConcurrentHashMap<String, StaticFile> files = new ConcurrentHashMap<>();

    /** The dashboard in this jar. */
    public Dashboard() {
        this("/dev/usher/admin/web/");
    }

    Dashboard(String root) {
        this.root = root;
    }

    /** Hash of the page's inline script for the Content-Security-Policy; empty if there is none. */
    public String inlineScript() {
        StaticFile index = file(INDEX);
        if (index == null) {
            return "";
        }
        Matcher map = IMPORT_MAP.matcher(new String(index.bytes(), StandardCharsets.UTF_8));
        return map.find() ? StaticFile.policySource(map.group(1).getBytes(StandardCharsets.UTF_8)) : "";
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        String path = exchange.getRequestPath();
        boolean isFile = path.startsWith(ASSETS);
        StaticFile answer = isFile ? file(path.substring(ASSETS.length())) : file(INDEX);
        if (answer == null) {
            Problem.of(404, isFile ? "there is no such file" : "this build has no dashboard; /plain shows the status")
                    .send(exchange);
        } else {
            answer.send(exchange);
        }
    }

    private @Nullable StaticFile file(String name) {
        if (!NAME.matcher(name).matches() || !StaticFile.hasKnownEnding(name)) {
            return null;
        }
        return files.computeIfAbsent(name, this::read);
    }

    private @Nullable StaticFile read(String name) {
        try (InputStream in = Dashboard.class.getResourceAsStream(root + name)) {
            return in == null ? null : new StaticFile(name, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own jar cannot be read", e);
        }
    }
}
