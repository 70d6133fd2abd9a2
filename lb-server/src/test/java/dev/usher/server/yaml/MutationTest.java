package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.usher.testing.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: no file makes the reader throw. Method: the example with pieces replaced, removed, doubled and swapped. */
class MutationTest {
    private static final long SEED = 20_261_120;
    private static final int ROUNDS = Rounds.of(2_000);
    private static final String[] PIECES = {
        "*", "&a ", "*a", "<<: *a", "[", "]", "{", "}", ": ", "- ", "\n", "\n  ", "\t", "\"", "'", "#", "${", "${X}",
        "~", "none", "-1", "5s", "|", ">", "!x ", "---\n", "\u0000", "\u00fc", "0", ":", "%", "?"
    };

    @TempDir
    @Nullable
    Path directory;

    @Test
    void anyFileIsEitherValidOrToldItsFaults() throws IOException {
        String example =
                Files.readString(Path.of("../deploy/usher.example.yaml")).replaceAll("(?m) *#.*$|^#.*\\R", "");
        Path file = Objects.requireNonNull(directory).resolve("usher.yaml");
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String mutant = example;
            for (int i = random.nextInt(3); i >= 0; i--) {
                mutant = mutated(mutant, random);
            }
            Files.writeString(file, mutant);
            ConfigResult result = read(file, mutant);
            boolean errors = result.diagnostics().stream().anyMatch(d -> d.severity() == Severity.ERROR);
            assertEquals(result instanceof ConfigResult.Invalid, errors, mutant);
            assertFalse(new DiagnosticText(true).render(result.diagnostics()).isEmpty());
        }
    }

    private static ConfigResult read(Path file, String mutant) {
        try {
            return ConfigFile.read(file, _ -> null);
        } catch (RuntimeException fault) {
            throw new AssertionError("seed " + SEED + ":\n" + mutant, fault);
        }
    }

    private static String mutated(String text, Random random) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + 1 + random.nextInt(12));
        String piece = PIECES[random.nextInt(PIECES.length)];
        return switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + piece + text.substring(at);
            case 1 -> text.substring(0, at) + piece + text.substring(end);
            case 2 -> text.substring(0, at) + text.substring(end);
            case 3 -> text.substring(0, end) + text.substring(at);
            default -> withoutALine(text, random);
        };
    }

    private static String withoutALine(String text, Random random) {
        String[] lines = text.split("\n", -1);
        int gone = random.nextInt(lines.length);
        return String.join("\n", Arrays.copyOfRange(lines, 0, gone)) + "\n"
                + String.join("\n", Arrays.copyOfRange(lines, Math.min(gone + 1, lines.length), lines.length));
    }
}
