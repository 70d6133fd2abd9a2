package dev.usher.server.control;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages on a control socket. Every message is a line of JSON; an answer's line gives the length of the body after
 * the line. The process speaks first, with {@link Hello}. Then each {@link Request} gets its {@link Answer}, in order.
 *
 * <p>A later version may add keys, which an older reader ignores, and paths, which an older process refuses. Only a
 * change that would be misunderstood gets a new {@link #VERSION}.
 */
final class Protocol {
    static final int VERSION = 1;
    /** The API's limit: 64 KiB of body, and the line around the body. */
    static final int MAX_LINE_BYTES = 80 * 1024;
    /** Room for the whole configuration of 100,000 routes, written out. */
    static final int MAX_ANSWER_BYTES = 256 * 1024 * 1024;

    private static final JsonMapper JSON = JsonMapper.shared();

    private Protocol() {}

    /**
     * The first line, from the process.
     *
     * @param usher version of the program
     * @param protocol version of the protocol
     * @param may rights of the client: all, or look, reload and drain
     */
    record Hello(String usher, int protocol, long pid, String may) {}

    /**
     * A question or an order.
     *
     * @param path of the API, with its query
     * @param body JSON, as text; null for none
     */
    record Request(
            @Nullable String method,
            @Nullable String path,
            @Nullable String body) {
        /** The request with its required parts checked. */
        Whole whole() throws IOException {
            if (method == null || path == null) {
                throw new IOException("a request has a method and a path");
            }
            return new Whole(method, path, body == null ? "" : body);
        }
    }

    /** A complete request; the body is empty if there was none. */
    record Whole(String method, String path, String body) {}

    /**
     * @param status as in the API
     * @param length of the body after the line, in bytes
     */
    record Answer(int status, int length) {}

    static ByteBuffer line(Object message) {
        byte[] json = JSON.writeValueAsBytes(message); // JSON here has no line feed of its own
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return ByteBuffer.wrap(line);
    }

    /** JSON of a body. */
    static String text(Object body) {
        return JSON.writeValueAsString(body);
    }

    static <T> T body(String text, Class<T> type) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8), type);
    }

    static <T> T read(byte[] line, Class<T> type) throws IOException {
        try {
            T message = JSON.readValue(line, type);
            if (message != null) {
                return message;
            }
        } catch (JacksonException notOne) {
            // reported below
        }
        throw new IOException("it is not spoken as usher speaks");
    }

    static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Reads lines, and bodies after lines, from a channel. One thread. */
    static final class Reader {
        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(MAX_LINE_BYTES).limit(0);

        Reader(SocketChannel channel) {
            this.channel = channel;
        }

        /** The next line, without its line feed; null at the end of the stream. */
        byte @Nullable [] line() throws IOException {
            int looked = 0;
            while (true) {
                for (; looked < buffer.remaining(); looked++) {
                    if (buffer.get(buffer.position() + looked) == '\n') {
                        byte[] line = new byte[looked];
                        buffer.get(line).get();
                        return line;
                    }
                }
                if (!fill()) {
                    if (looked > 0) {
                        throw new EOFException("a line is not whole");
                    }
                    return null;
                }
            }
        }

        /** True if the peer has closed, without waiting. */
        boolean isAtEnd() throws IOException {
            if (buffer.hasRemaining()) {
                return false;
            }
            channel.configureBlocking(false);
            try {
                return !fill();
            } finally {
                channel.configureBlocking(true);
            }
        }

        byte[] bytes(int length) throws IOException {
            byte[] bytes = new byte[length];
            ByteBuffer into = ByteBuffer.wrap(bytes);
            int there = Math.min(length, buffer.remaining());
            into.put(buffer.slice().limit(there));
            buffer.position(buffer.position() + there);
            while (into.hasRemaining()) {
                if (channel.read(into) < 0) {
                    throw new EOFException("an answer is not whole");
                }
            }
            return bytes;
        }

        private boolean fill() throws IOException {
            buffer.compact();
            try {
                if (!buffer.hasRemaining()) {
                    throw new IOException("a line is longer than " + MAX_LINE_BYTES + " bytes");
                }
                return channel.read(buffer) >= 0;
            } finally {
                buffer.flip();
            }
        }
    }
}
