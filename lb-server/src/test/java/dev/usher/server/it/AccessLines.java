package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The access log of a running usher, read as it grows. */
final class AccessLines {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private int skipped;

    AccessLines(Path file) {
        this.file = file;
    }

    /** One ended session. */
    record Line(JsonNode json) {
        String text(String key) {
            JsonNode value = json.get(key);
            return value.isNull() ? "null" : value.asString();
        }

        long number(String key) {
            return json.get(key).asLong();
        }

        /** Whether the session was one from this address. */
        boolean isOf(InetSocketAddress client) {
            return text("client").equals(client.getAddress().getHostAddress() + ":" + client.getPort());
        }

        /** As {@code completed --}: reason and end code. */
        String end() {
            return text("reason") + " " + text("end");
        }

        Line ends(String expected) {
            assertEquals(expected, end(), json::toString);
            return this;
        }

        Line moved(long bytesIn, long bytesOut) {
            assertEquals(bytesIn, number("bytes_in"), () -> "bytes_in of " + json);
            assertEquals(bytesOut, number("bytes_out"), () -> "bytes_out of " + json);
            return this;
        }
    }

    Path file() {
        return file;
    }

    /** All lines, whole ones only. */
    List<Line> all() throws IOException {
        List<Line> lines = new ArrayList<>();
        if (!Files.exists(file)) {
            return lines;
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        int from = 0;
        for (int to = text.indexOf('\n', from); to >= 0; to = text.indexOf('\n', from)) {
            lines.add(new Line(JSON.readTree(text.substring(from, to))));
            from = to + 1;
        }
        return lines;
    }

    /** Lines that are there now are not of interest any more: a port, say, may come twice. */
    void skip() throws IOException {
        skipped = all().size();
    }

    /** The next line, once it is there. */
    Line next() throws Exception {
        Await.until(() -> all().size() > skipped, "the access log has one more line");
        return all().get(skipped++);
    }

    /** The line of this client's session, once it has ended. */
    Line of(Peer client) throws Exception {
        return of(client.address());
    }

    Line of(InetSocketAddress client) throws Exception {
        return first("of the session from " + client, line -> line.isOf(client));
    }

    Line first(String what, Predicate<Line> wanted) throws Exception {
        Await.until(() -> find(wanted).isPresent(), "the access log has a line " + what);
        return find(wanted).orElseThrow();
    }

    private Optional<Line> find(Predicate<Line> wanted) throws IOException {
        return all().stream().skip(skipped).filter(wanted).findFirst();
    }
}
