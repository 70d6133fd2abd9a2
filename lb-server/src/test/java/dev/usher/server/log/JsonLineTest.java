package dev.usher.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.relay.SessionEnd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonLineTest {
    private static final List<String> FIELDS = List.of(
            "ts",
            "cid",
            "listener",
            "client",
            "user",
            "sni",
            "alpn",
            "http",
            "route",
            "pool",
            "backend",
            "attempts",
            "end",
            "reason",
            "hello_ms",
            "connect_ms",
            "first_byte_ms",
            "total_ms",
            "bytes_in",
            "bytes_out");

    private static final JsonMapper JSON = new JsonMapper();

    private final JsonLine lines = new JsonLine(ClientIp.FULL);

    @Test
    void hasEveryFieldWithItsTypeInTheDocumentedOrder() {
        JsonNode line = parsed(Ends.completed(35));
        assertEquals(FIELDS, List.copyOf(line.propertyNames()));
        assertEquals("2026-11-20T07:41:02.023Z", line.get("ts").asString());
        assertEquals("run-35", line.get("cid").asString());
        assertEquals("203.0.113.9:51044", line.get("client").asString());
        assertEquals("www.example.com", line.get("sni").asString());
        assertEquals("[\"h2\",\"http/1.1\"]", line.get("alpn").toString());
        assertEquals(2, line.get("attempts").intValue());
        assertEquals("--", line.get("end").asString());
        assertEquals("completed", line.get("reason").asString());
        assertEquals(1.234, line.get("hello_ms").doubleValue());
        assertEquals(0.06, line.get("connect_ms").doubleValue());
        assertEquals(5.0, line.get("first_byte_ms").doubleValue());
        assertEquals(3_600_000.0, line.get("total_ms").doubleValue());
        assertEquals(812, line.get("bytes_in").longValue());
        assertEquals(21_234, line.get("bytes_out").longValue());
    }

    @Test
    void writesNullForWhatIsNotKnown() {
        JsonNode line = parsed(Ends.unknown());
        assertEquals(FIELDS, List.copyOf(line.propertyNames()));
        for (String field :
                List.of("sni", "alpn", "http", "route", "pool", "backend", "hello_ms", "connect_ms", "first_byte_ms")) {
            assertTrue(line.get(field).isNull(), field);
        }
        assertEquals("[2001:db8::9]:4000", line.get("client").asString());
        assertEquals("cH", line.get("end").asString());
    }

    @Test
    void hasMethodPathAndStatusOfARequest() {
        JsonNode line = parsed(Ends.of(HttpExchange.of("GET", "/\\\"}?token=secret", 308)));
        assertEquals(FIELDS, List.copyOf(line.propertyNames()));
        assertEquals(
                "{\"method\":\"GET\",\"path\":\"/\\\\\\\"}\",\"status\":308}",
                line.get("http").toString());
        assertEquals(
                "{\"method\":\"POST\",\"path\":\"/\",\"status\":null}",
                parsed(Ends.of(HttpExchange.of("POST", "/", null))).get("http").toString());
        assertEquals(
                "{\"method\":null,\"path\":null,\"status\":400}",
                parsed(Ends.of(HttpExchange.refused(400))).get("http").toString());
    }

    @Test
    void cutsARequestThatWouldFillTheLog() {
        JsonNode http = parsed(Ends.of(HttpExchange.of("A".repeat(9000), "/".repeat(9000), 421)))
                .get("http");
        assertEquals("A".repeat(32) + "...", http.get("method").asString());
        assertEquals("/".repeat(1024) + "...", http.get("path").asString());
    }

    @Test
    void keepsHostileProtocolsInTheirStringAndOffTheTerminal() {
        List<String> hostile =
                List.of("\"},\n{\"sni\":\"", "\\", "\u001b[2J\u0000\u007f", "\u202Eevil\u0085", "\uD800", "");
        String line = line(Ends.of(1, CloseReason.COMPLETED, hostile));
        assertTrue(line.chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~')), line);
        assertEquals(line.length() - 1, line.indexOf('\n'));
        List<String> read = new ArrayList<>();
        JSON.readTree(line).get("alpn").forEach(protocol -> read.add(protocol.asString()));
        assertEquals(hostile, read);
    }

    @Test
    void cutsAListOfProtocolsThatWouldFillTheLog() {
        String line = line(Ends.of(1, CloseReason.COMPLETED, Collections.nCopies(128, "\u0001".repeat(255))));
        assertTrue(line.length() < 8192, "was " + line.length());
        JsonNode alpn = JSON.readTree(line).get("alpn");
        assertEquals("...", alpn.get(alpn.size() - 1).asString());
    }

    private JsonNode parsed(SessionEnd end) {
        return JSON.readTree(line(end));
    }

    private String line(SessionEnd end) {
        StringBuilder out = new StringBuilder();
        lines.append(out, end, 1_795_160_462_023L);
        return out.toString();
    }
}
