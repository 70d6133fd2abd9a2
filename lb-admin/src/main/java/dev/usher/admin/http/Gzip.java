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

/** Answers that are sent zipped to those who take them so. */
public final class Gzip {
    private static final int BUFFER_BYTES = 64 * 1024;
    /** Up to here the best costs a millisecond or two; of a list of 10,000 connections it would be a tenth of a second. */
    private static final int WELL_ZIPPED_BYTES = 64 * 1024;

    private Gzip() {}

    /** Whether the client takes a zipped answer. */
    public static boolean isTaken(HttpServerExchange exchange) {
        HeaderValues accepted = exchange.getRequestHeaders().get(Headers.ACCEPT_ENCODING);
        return accepted != null
                && accepted.stream()
                        .flatMap(value -> Arrays.stream(value.split(",", -1)))
                        .map(String::strip)
                        .anyMatch(value -> value.matches("gzip(\\s*;.*)?") && !value.matches(".*q=0(\\.0*)?"));
    }

    /** Answers with what is made anew for each who asks: zipped, in haste where it is long, if the client takes that. */
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
     * The bytes zipped.
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
