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

    /** The parent, the first process, ticks from its start to the start of this process, and whether the container ends. */
    @ParameterizedTest
    @CsvSource({
        "0, java, 0, true",
        "0, pause, 9000, true",
        "1, tini, 2, true",
        "1, docker-init, 199, true",
        "1, docker-init, 9000, false", // the successor of a process that has ended
        "1, systemd, 2, false",
        "1, sh, 2, false",
        "17, tini, 2, false"
    })
    void endsWithTheProcessThatItWasStartedWith(String parent, String first, int later, boolean ends)
            throws IOException {
        write("self", "usher) 1 (java", parent, 5000 + later);
        write("1", first, "0", 5000);
        assertEquals(ends, Container.endsWithThis(proc));
    }

    private void write(String process, String name, String parent, int start) throws IOException {
        Path directory = Files.createDirectory(proc.resolve(process));
        Files.writeString(directory.resolve("comm"), name + "\n");
        Files.writeString(
                directory.resolve("stat"),
                "7 (" + name + ") S " + parent + " 7 7 0 -1 4194560 900 0 0 0 1 2 0 0 20 0 1 0 " + start + " 99 0\n");
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
