package dev.usher.server.yaml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * usher's own file. A file is a configuration, or has faults, each with words and with a place inside the file; and what
 * is written out of a configuration can be written again.
 */
public final class ConfigFuzz {
    private static final Path FILE = file();

    private ConfigFuzz() {}

    private static Path file() {
        try {
            return Files.createTempDirectory("fuzz").resolve("usher.yaml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code input} as a whole file. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Files.write(FILE, input);
        ConfigResult result = ConfigFile.read(FILE, _ -> null);
        List<Diagnostic> found = result.diagnostics();
        boolean errors = found.stream().anyMatch(each -> each.severity() == Severity.ERROR);
        require(errors == result instanceof ConfigResult.Invalid, "errors: " + found);
        new DiagnosticText(true).render(found);
        DiagnosticJson.render(found);
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\r\n|\r|\n", -1);
        found.stream().filter(each -> each.file().equals(FILE.toString())).forEach(each -> requireInside(lines, each));
        if (result instanceof ConfigResult.Valid valid) {
            ConfigYaml.of(valid.config());
            BriefYaml.of(valid.config());
        }
    }

    /** The place is on a line, or at its end; without a place a fault is one of the whole file. */
    private static void requireInside(String[] lines, Diagnostic found) {
        require(!found.message().isBlank(), "no words: " + found);
        if (found.line() == 0) {
            require(found.column() == 0 && found.length() == 0, "half a place: " + found);
            return;
        }
        require(found.line() >= 1 && found.line() <= lines.length, "no such line: " + found);
        String line = lines[found.line() - 1];
        int end = line.codePointCount(0, line.length()) + 1;
        require(found.column() >= 1 && found.column() <= end, "no such column: " + found);
        require(found.length() >= 1 && found.column() + found.length() - 1 <= end, "too long: " + found);
    }

    private static void require(boolean kept, String what) {
        if (!kept) {
            throw new IllegalStateException(what);
        }
    }
}
