package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Spelling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each faulty file of the table gets exactly its diagnostics, each at its place. */
class FaultTableTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("WORDS", "a b", "API_TOKEN", "hunter22");

    @TempDir
    @Nullable
    Path directory;

    static List<FaultTable.Case> cases() throws IOException {
        List<FaultTable.Case> cases = FaultTable.read();
        assertTrue(cases.size() >= 60, "the table has been cut to " + cases.size());
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isToldEveryFaultAtItsPlace(FaultTable.Case fault) throws IOException {
        Path file = Files.writeString(Objects.requireNonNull(directory).resolve("usher.yaml"), fault.yaml());
        ConfigResult result = ConfigFile.read(file, ENVIRONMENT::get);
        String told = result.diagnostics().stream().map(d -> line(d, file)).collect(Collectors.joining("\n"));
        assertEquals(fault.expected().size(), result.diagnostics().size(), told);
        for (int i = 0; i < fault.expected().size(); i++) {
            assertTrue(
                    matches(fault.expected().get(i), line(result.diagnostics().get(i), file)), told);
        }
        boolean valid = fault.expected().stream().noneMatch(line -> line.contains(" error "));
        assertEquals(valid, result instanceof ConfigResult.Valid);
        assertTrue(!new DiagnosticText(true).render(result.diagnostics()).contains("hunter22"), told);
        assertTrue(!new DiagnosticText(true).render(result.diagnostics()).contains("plaintext-by-mistake"), told);
    }

    private static boolean matches(String expected, String told) {
        String[] words = expected.split(" ", 3);
        for (String piece : words.length < 3 ? new String[0] : words[2].split(" \\| ", -1)) {
            if (!told.contains(piece)) {
                return false;
            }
        }
        return told.startsWith(words[0] + " " + words[1] + " ");
    }

    /** As the table has it, with names of files as if they were in the working directory. */
    private static String line(Diagnostic diagnostic, Path file) {
        String text = diagnostic.line() + ":" + diagnostic.column() + " "
                + Spelling.of(diagnostic.severity()) + " " + diagnostic.message()
                + (diagnostic.hint() == null ? "" : " | " + diagnostic.hint());
        return text.replace(file.getParent() + "/", "");
    }
}
