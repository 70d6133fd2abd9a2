package dev.usher.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import dev.usher.config.LoggingConfig.Format;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** Whatever words come from outside, and whichever way they come: an event begins one line of the log, and no other does. */
class HostileTextTest {
    private static final String HOSTILE =
            "shop\n2026-01-01T00:00:00.000Z ERROR forged\r\u001b[2J\u0085\u009b1m\u2028\u2029\u202e\u2066\u007f\u0000";
    private static final String NEW_LINE = "\n(?!\\t| |Caused by: |java\\.|$)";

    private final LoggerContext context = new LoggerContext();

    private String logged(Format format, String message, @Nullable Throwable thrown, Object... arguments) {
        Encoder<ILoggingEvent> encoder = ProgramLog.encoder(format);
        encoder.setContext(context);
        encoder.start();
        LoggingEvent event =
                new LoggingEvent("fqcn", context.getLogger("usher." + HOSTILE), Level.WARN, message, thrown, arguments);
        event.setThreadName("resolve " + HOSTILE);
        event.setMDCPropertyMap(Map.of("name", HOSTILE));
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    private static void assertHarmless(Format format, String logged) {
        String first = logged.lines().findFirst().orElse("");
        assertEquals(1, logged.split(NEW_LINE, -1).length, () -> "a line that none of ours begins: " + logged);
        assertTrue(
                logged.codePoints().allMatch(c -> c == '\n' || c == '\t' || (c >= ' ' && c < 0x7f)),
                () -> "a control character: " + logged);
        assertTrue(
                first.matches(
                        format == Format.TEXT ? "\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z WARN  .*" : "\\{\"ts\":\".*\\}"),
                first);
        if (format == Format.JSON) {
            assertEquals(1, logged.lines().count());
            assertEquals("WARN", new JsonMapper().readTree(logged).path("level").asString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageAndItsArgumentsEndNoLine(Format format) {
        assertHarmless(format, logged(format, HOSTILE, null));
        assertHarmless(format, logged(format, "backend {} of {}", null, HOSTILE, List.of(HOSTILE)));
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionItsCauseAndWhatWasSuppressedEndNoLine(Format format) {
        IOException fault = new IOException(HOSTILE, new IllegalStateException(HOSTILE));
        fault.addSuppressed(new IOException(HOSTILE));

        String logged = logged(format, "a fault", fault);

        assertHarmless(format, logged);
        assertTrue(logged.contains("forged"), logged);
        assertTrue(logged.contains("Caused by: java.lang.IllegalStateException"), logged);
        assertTrue(logged.contains("HostileTextTest.java"), logged);
    }

    @ParameterizedTest
    @EnumSource
    void aMessageIsBounded(Format format) {
        String logged = logged(format, "{}", null, "x".repeat(1_000_000));

        assertTrue(logged.length() < 2 * Message.MAX_CHARS, () -> "characters: " + logged.length());
        assertTrue(logged.contains("... (983616 more characters)"));
        String thrown = logged(format, "a fault", new IOException("x".repeat(1_000_000)));
        assertTrue(thrown.length() < 2 * Message.MAX_CHARS, () -> "characters: " + thrown.length());
    }
}
