package dev.usher.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.end.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** The keys of log lines, read from lines that are written. */
public final class LogKeys {
    private LogKeys() {}

    public static List<String> ofAccessLine() {
        StringBuilder line = new StringBuilder();
        new JsonLine(ClientIp.FULL).append(line, Ends.of(HttpExchange.refused(400)), 0);
        return keys(line.toString());
    }

    public static List<String> ofProgramLine() {
        LoggingEvent event = new LoggingEvent(
                LogKeys.class.getName(),
                new LoggerContext().getLogger("usher"),
                Level.ERROR,
                "text",
                new IllegalStateException(),
                null);
        return keys(new String(new JsonEncoder().encode(event), StandardCharsets.US_ASCII));
    }

    private static List<String> keys(String line) {
        List<String> keys = new ArrayList<>();
        new JsonMapper().readTree(line).propertyStream().forEach(property -> {
            keys.add(property.getKey());
            property.getValue().propertyNames().forEach(inner -> keys.add(property.getKey() + "." + inner));
        });
        return keys;
    }
}
