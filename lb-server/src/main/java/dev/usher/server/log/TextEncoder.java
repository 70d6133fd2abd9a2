package dev.usher.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.usher.config.Printable;
import java.nio.charset.StandardCharsets;

/**
 * A line for each event: time, level, message, and a stack trace below if there is one. Text from outside never begins
 * a line: a line begins with an event's time or belongs to a stack trace. Logback's own pattern writes messages
 * unescaped.
 */
final class TextEncoder extends LineEncoder {
    @Override
    public synchronized byte[] encode(ILoggingEvent event) {
        StringBuilder out = new StringBuilder(256);
        timestamp.append(out, event.getTimeStamp());
        out.append(' ').append("%-5s".formatted(event.getLevel())).append(' ');
        out.append(Printable.of(Message.of(event))).append('\n');
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            out.append(ThrowableProxyUtil.asString(new PrintableThrown(thrown)));
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
