package dev.usher.server.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerTest {
    @TempDir
    private Path proc = Path.of("");

    /** The parent, the first process, and whether the container ends with this process. */
    @ParameterizedTest
    @CsvSource({
        "0, java, true",
        "0, pause, true",
        "1, tini, true",
        "1, docker-init, true",
        "1, systemd, false",
        "1, sh, false",
        "17, tini, false"
    })
    void endsWithTheProcessThatItWasStartedWith(String parent, String first, boolean ends) throws IOException {
        Files.writeString(
                Files.createDirectory(proc.resolve("self")).resolve("status"),
                "Name:\tjava\nPid:\t7\nPPid:\t" + parent + "\nTracerPid:\t0\n");
        Files.writeString(Files.createDirectory(proc.resolve("1")).resolve("comm"), first + "\n");
        assertEquals(ends, Container.endsWithThis(proc));
    }

    @Test
    void aMachineThatShowsNoProcessesIsNoContainer() {
        assertFalse(Container.endsWithThis(proc));
    }

    @Test
    void aProcessOfATestIsNotTheMainProcessOfAContainer() {
        assertNull(Container.refusal());
    }
}
