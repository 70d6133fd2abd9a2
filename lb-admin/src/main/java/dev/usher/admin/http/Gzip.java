package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Compresses answers for clients that accept gzip. */
public final class Gzip {
    private static final int BUFFER_BYTES = 64 * 1024;
    /**
     * Limit of best compression: a millisecond or two up to here, but a tenth of a second for a list of 10,000
     * connections.
     */
    private static final int WELL_ZIPPED_BYTES = 64 * 1024;

    private Gzip() {}

    /** Whether the client accepts gzip. */
    public static boolean isTaken(HttpServerExchange exchange) {
        HeaderValues accepted = exchange.getRequestHeaders().get(Headers.ACCEPT_ENCODING);
        return accepted != null
                && accepted.stream()
                        .flatMap(value -> Arrays.stream(value.split(",", -1)))
                        .map(String::strip)
                        .anyMatch(value -> value.matches("gzip(\\s*;.*)?") && !value.matches(".*q=0(\\.0*)?"));
    }

    /**
     * Sends an answer made for this request: compressed if the client accepts gzip, with best speed for a long answer.
     */
    public static void send(HttpServerExchange exchange, String type, byte[] bytes) {
        boolean zip = isTaken(exchange);
        byte[] sent = zip
                ? zip(bytes, bytes.length > WELL_ZIPPED_BYTES ? Deflater.BEST_SPEED : Deflater.BEST_COMPRESSION)
                : bytes;
        if (!OutgoingBytes.admits(exchange, sent.length)) {
            return;
        }
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, type)
                .put(Headers.CACHE_CONTROL, "no-store")
                .add(Headers.VARY, "Accept-Encoding");
        if (zip) {
            exchange.getResponseHeaders().put(Headers.CONTENT_ENCODING, "gzip");
        }
        exchange.getResponseSender().send(ByteBuffer.wrap(sent));
    }

    /**
     * The bytes, compressed.
     *
     * @param level of {@link Deflater}
     */
    public static byte[] zip(byte[] bytes, int level) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4);
        try (GZIPOutputStream zip = new GZIPOutputStream(out, BUFFER_BYTES) {
            {
                def.setLevel(level);
            }
        }) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
        return out.toByteArray();
    }
}
