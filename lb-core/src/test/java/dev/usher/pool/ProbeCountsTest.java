package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeCountsTest {
    /** Results are +, - and t (timed out), verdicts U (up), D (down) and ? (not known yet). */
    @ParameterizedTest
    @CsvSource({
        "2, 3, +,             U",
        "2, 3, -,             D",
        "2, 3, +--+--+--,     UUUUUUUUU",
        "2, 3, +---,          UUUD",
        "2, 3, -+-+-+,        DDDDDD",
        "2, 3, -++--+---++,   DDUUUUUUDDU",
        "1, 1, +-+-,          UDUD",
        "100, 1, +-++++++,    UDDDDDDD",
        "1, 2, -+-+--+,       DUUUUDU",
        "2, 3, tt+,           ??U",
        "2, 3, tt-,           ??D",
        "2, 3, ttt+,          ??DD",
        "2, 3, +tt+t-t,       UUUUUUD",
        "2, 3, nt-nn+,        ??DDDD",
        "2, 1, t,             D",
    })
    void aRowOfEqualResultsDecides(int rise, int fall, String results, String verdicts) {
        ProbeCounts counts = new ProbeCounts();
        assertEquals(BackendState.UNPROBED, counts.verdict());
        String given = results.chars()
                .mapToObj(result -> shortly(counts.count(outcome(result), rise, fall)))
                .collect(Collectors.joining());
        assertEquals(verdicts, given);
        assertEquals(verdicts.substring(verdicts.length() - 1), shortly(counts.verdict()));
    }

    private static String shortly(BackendState verdict) {
        return verdict == BackendState.UNPROBED ? "?" : verdict.name().substring(0, 1);
    }

    private static ProbeOutcome outcome(int result) {
        return switch (result) {
            case '+' -> ProbeOutcome.SUCCESS;
            case '-' -> ProbeOutcome.FAILURE;
            case 't' -> ProbeOutcome.TIMEOUT;
            default -> ProbeOutcome.NOT_MADE;
        };
    }
}
