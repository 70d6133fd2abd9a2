package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeCountsTest {
    /** Results are + and -, verdicts U (up) and D (down). */
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
    })
    void aRowOfEqualResultsDecides(int rise, int fall, String results, String verdicts) {
        ProbeCounts counts = new ProbeCounts();
        assertEquals(BackendState.UNPROBED, counts.verdict());
        String given = results.chars()
                .mapToObj(
                        result -> counts.count(result == '+', rise, fall).name().substring(0, 1))
                .collect(Collectors.joining());
        assertEquals(verdicts, given);
        assertEquals(
                verdicts.charAt(verdicts.length() - 1), counts.verdict().name().charAt(0));
    }
}
