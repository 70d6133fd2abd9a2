package dev.usher.admin.web;

import dev.usher.admin.http.Gzip;
import dev.usher.admin.http.Sha256;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.Deflater;

/**
 * A file of the dashboard, ready to send: plain and compressed, with an entity tag for browsers that have it cached.
 */
final class StaticFile {
    /** Content types by file ending. Files with other endings are not served. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("txt", "text/plain; charset=utf-8"));

    private static final int TAG_BYTES = 12;

    /** Folder of third-party files, served unchanged. */
    private static final String VENDORED = "vendor/";

    private static final Pattern COMMENT_LINES =
            Pattern.compile("^\\s*(//.*|/\\*[^*]*+(\\*(?!/)[^*]*+)*+\\*/[ \\t]*)\\n", Pattern.MULTILINE);
    private static final Pattern INDENT = Pattern.compile("^[ \\t]+", Pattern.MULTILINE);
    /** Blanks that style sheets do not need. */
    private static final Pattern STYLE_BLANKS = Pattern.compile("\\s*([{};,])\\s*");

    private final byte[] bytes;
    private final byte[] zipped;
    private final String type;
    private final String tag;

    StaticFile(String name, byte[] file) {
        this.bytes = isOwnCode(name) ? forBrowsers(name, file) : file;
        this.zipped = Gzip.zip(this.bytes, Deflater.BEST_COMPRESSION);
        this.type = TYPES.getOrDefault(ending(name), "application/octet-stream");
        this.tag = HexFormat.of().formatHex(Sha256.of(this.bytes), 0, TAG_BYTES);
    }

    private static boolean isOwnCode(String name) {
        return name.matches(".*\\.(js|css)") && !name.startsWith(VENDORED);
    }

    /**
     * Removes indents, and lines with nothing but a comment: both are for developers, and a sixth of a page's weight. So
     * no string in the code may contain a line like a comment, or need the blanks at the beginning of a line.
     */
    private static byte[] forBrowsers(String name, byte[] file) {
        String code =
                COMMENT_LINES.matcher(new String(file, StandardCharsets.UTF_8)).replaceAll("");
        String flat = INDENT.matcher(code).replaceAll("");
        String brief = name.endsWith(".css") ? STYLE_BLANKS.matcher(flat).replaceAll("$1") : flat;
        return brief.getBytes(StandardCharsets.UTF_8);
    }

    static boolean hasKnownEnding(String name) {
        return TYPES.containsKey(ending(name));
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    byte[] bytes() {
        return bytes;
    }

    /** Sends the file, or 304 if the browser has it cached. */
    void send(HttpServerExchange exchange) {
        boolean zip = zipped.length < bytes.length && Gzip.isTaken(exchange);
        String entityTag = '"' + tag + (zip ? "-gzip\"" : "\"");
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CACHE_CONTROL, "no-cache"); // no-cache means: cache the file, and revalidate it each time
        headers.put(Headers.VARY, "Accept-Encoding");
        headers.put(Headers.ETAG, entityTag);
        if (hasAlready(exchange, entityTag)) {
            exchange.setStatusCode(StatusCodes.NOT_MODIFIED);
            exchange.endExchange();
            return;
        }
        headers.put(Headers.CONTENT_TYPE, type);
        if (zip) {
            headers.put(Headers.CONTENT_ENCODING, "gzip");
        }
        exchange.getResponseSender().send(ByteBuffer.wrap(zip ? zipped : bytes));
    }

    private static boolean hasAlready(HttpServerExchange exchange, String entityTag) {
        HeaderValues known = exchange.getRequestHeaders().get(Headers.IF_NONE_MATCH);
        return known != null && known.stream().anyMatch(value -> value.contains(entityTag));
    }

    /** Source expression for a script in a Content-Security-Policy. */
    static String policySource(byte[] script) {
        return "'sha256-" + Base64.getEncoder().encodeToString(Sha256.of(script)) + "'";
    }
}
