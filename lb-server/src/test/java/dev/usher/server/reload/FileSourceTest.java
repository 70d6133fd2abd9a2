package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Reload.Result;
import dev.usher.admin.ConfigSource;
import dev.usher.admin.ConfigSource.OnDisk;
import dev.usher.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shown of files while they change. */
class FileSourceTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private Path write(String more) throws IOException {
        return Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { in: { bind: "127.0.0.1:0" } }
                routes: { a.example: 127.0.0.1:1 }
                defaults: { health_check: none }
                admin: { tokens: [{ name: ops, role: operator, sha256: %s }] }
                """.formatted(HASH) + more);
    }

    private static void await(ConfigSource source, OnDisk expected) {
        Await.until(() -> source.onDisk() == expected, "the files are " + expected);
    }

    @Test
    void saysHowFilesCompareWithWhatIsInForce() throws Exception {
        Path file = write("");
        try (TestReload usher = TestReload.of(file)) {
            FileSource source = new FileSource(file, usher.balancer(), usher.reloader());
            assertEquals(OnDisk.SAME, source.onDisk());

            write("# a comment\n");
            await(source, OnDisk.SAME);
            write("default_route: close\n");
            await(source, OnDisk.DIFFERENT);
            assertTrue(source.files().changes().text().contains("default_route"), source.files()::toString);
            usher.reload(Result.APPLIED);
            assertEquals(OnDisk.SAME, source.onDisk(), "at once, with the generation");

            write("oops: 1\n");
            await(source, OnDisk.FAULTY);
            ConfigSource.Files files = source.files();
            assertEquals(OnDisk.FAULTY, files.onDisk());
            assertTrue(files.diagnostics().getFirst().contains("oops"), files::toString);
            assertTrue(files.changes().isEmpty());

            Files.delete(file);
            await(source, OnDisk.FAULTY);
            assertTrue(source.files().files().getFirst().text().startsWith("cannot be read"), files::toString);
        }
    }

    @Test
    void masksHashesInTheTextOfFiles() throws Exception {
        Path file = write("");
        try (TestReload usher = TestReload.of(file)) {
            String text = new FileSource(file, usher.balancer(), usher.reloader())
                    .files()
                    .files()
                    .getFirst()
                    .text();
            assertTrue(text.contains("sha256: ***") && !text.contains(HASH), text);
        }
    }
}
