package dev.usher.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.LoggingConfig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who reads that something is wrong, as on the demo's screen, reads too that it is well again. */
class ProgramLogTest {
    private static final List<Logger> LOGGERS = Stream.of("usher.events", "dev.usher.any", "io.undertow.any")
            .map(LoggerFactory::getLogger)
            .toList();

    @AfterEach
    void asAtTheStart() {
        ProgramLog.setLevel(LoggingConfig.Level.WARN);
    }

    private static List<Boolean> infoIsWritten() {
        return LOGGERS.stream().map(Logger::isInfoEnabled).toList();
    }

    @Test
    void eventsAreWrittenWhateverTheLevel() {
        ProgramLog.setLevel(LoggingConfig.Level.WARN);
        assertEquals(List.of(false, false, false), infoIsWritten());
        ProgramLog.showEvents();
        assertEquals(List.of(true, false, false), infoIsWritten());
    }

    @Test
    void linesOfLibrariesAreWarningsAtLeast() {
        ProgramLog.setLevel(LoggingConfig.Level.DEBUG);
        assertEquals(List.of(true, true, false), infoIsWritten());
    }
}
