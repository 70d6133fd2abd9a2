package dev.usher.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.nio.charset.StandardCharsets;

/**
 * A JSON object a line: {@code ts}, {@code level}, {@code logger}, {@code thread}, {@code message}, and {@code
 * exception} if there is one. Logback's own encoder writes arguments apart from the message, and times as numbers.
 */
final class JsonEncoder extends LineEncoder {
    @Override
    public synchronized byte[] encode(ILoggingEvent event) {
        StringBuilder out = new StringBuilder(256).append("{\"ts\":\"");
        timestamp.append(out, event.getTimeStamp());
        out.append('"');
        text(out, "level", event.getLevel().toString());
        text(out, "logger", event.getLoggerName());
        text(out, "thread", event.getThreadName());
        text(out, "message", Message.of(event));
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            text(out, "exception", ThrowableProxyUtil.asString(new PrintableThrown(thrown)));
        }
        return out.append("}\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void text(StringBuilder out, String name, String value) {
        out.append(",\"").append(name).append("\":");
        JsonText.string(out, value);
    }
}
