package dev.usher.server.log;

import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.end.HttpExchange;
import dev.usher.relay.SessionEnd;
import dev.usher.view.SessionIdentity;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Formats an ended session as one JSON line: every key in every line, null for an unknown value. One thread. */
final class JsonLine implements AccessLine {
    /** A hello may offer 128 protocols of 255 bytes. The list is cut after this many characters. */
    private static final int MAX_ALPN_CHARS = 1024;
    /** Marks the end of a list that was cut. */
    private static final String CUT = "...";

    private final Timestamp timestamp = new Timestamp();
    private final ClientText clientText;

    JsonLine(ClientIp mode) {
        this.clientText = new ClientText(mode);
    }

    @Override
    public void append(StringBuilder out, SessionEnd end, long endedMillis) {
        out.append("{\"ts\":\"");
        timestamp.append(out, endedMillis);
        out.append('"');
        SessionIdentity who = end.identity();
        text(out, "cid", who.cid());
        text(out, "listener", who.listener());
        text(out, "client", clientText.of(who.client()));
        text(out, "user", who.user());
        text(out, "sni", who.sni());
        alpn(out, who.alpn());
        http(out, end.http());
        text(out, "route", who.route());
        text(out, "pool", who.pool());
        text(out, "backend", who.backend());
        number(out, "attempts", end.attempts());
        text(out, "end", end.reason().endCode());
        text(out, "reason", end.reason().word());
        millis(out, "hello_ms", end.helloNanos());
        millis(out, "connect_ms", end.connectNanos());
        millis(out, "first_byte_ms", end.firstByteNanos());
        millis(out, "total_ms", end.totalNanos());
        number(out, "bytes_in", end.bytesIn());
        number(out, "bytes_out", end.bytesOut());
        out.append("}\n");
    }

    private static StringBuilder key(StringBuilder out, String name) {
        return out.append(",\"").append(name).append("\":");
    }

    private static void text(StringBuilder out, String name, @Nullable String value) {
        key(out, name);
        value(out, value);
    }

    private static void value(StringBuilder out, @Nullable String value) {
        if (value == null) {
            out.append("null");
        } else {
            JsonText.string(out, value);
        }
    }

    private static void number(StringBuilder out, String name, long value) {
        key(out, name).append(value);
    }

    /** Milliseconds, with the microseconds as three decimals. */
    private static void millis(StringBuilder out, String name, long nanos) {
        key(out, name);
        if (nanos == SessionEnd.UNKNOWN) {
            out.append("null");
            return;
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos));
        int rest = (int) (micros % 1000);
        out.append(micros / 1000).append('.').append((char) ('0' + rest / 100));
        out.append((char) ('0' + rest / 10 % 10)).append((char) ('0' + rest % 10));
    }

    private static void http(StringBuilder out, @Nullable HttpExchange http) {
        key(out, "http");
        if (http == null) {
            out.append("null");
            return;
        }
        out.append("{\"method\":");
        value(out, http.method());
        text(out, "path", http.path());
        key(out, "status").append(http.status()).append('}');
    }

    private static void alpn(StringBuilder out, @Nullable List<String> protocols) {
        key(out, "alpn");
        if (protocols == null) {
            out.append("null");
            return;
        }
        out.append('[');
        int chars = 0;
        for (String protocol : protocols) {
            chars += protocol.length();
            boolean cut = chars > MAX_ALPN_CHARS;
            JsonText.string(out, cut ? CUT : protocol);
            if (cut) {
                break;
            }
            out.append(',');
        }
        if (out.charAt(out.length() - 1) == ',') {
            out.setLength(out.length() - 1);
        }
        out.append(']');
    }
}
