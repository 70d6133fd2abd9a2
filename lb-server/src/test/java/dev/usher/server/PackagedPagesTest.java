package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each link of a page leads to something that the package has too. */
class PackagedPagesTest {
    @Test
    void everyLinkLeadsSomewhere(@TempDir Path directory) throws IOException, InterruptedException {
        Process pages = new ProcessBuilder(
                        Path.of("..", "deploy", "dist", "pages").toString(),
                        directory.resolve("doc").toString())
                .redirectErrorStream(true)
                .start();
        assertEquals("", new String(pages.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, pages.waitFor());
    }
}
