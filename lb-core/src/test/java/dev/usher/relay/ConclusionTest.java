package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Goal: the conclusion on every row of its truth table. Method: the table in writing, whose lines cover each of the 2^15
 * rows exactly once, against the code.
 */
class ConclusionTest {
    /**
     * {@code gone} client broken or deaf; {@code again} unanswered, kept, and the client's direction has not ended;
     * {@code broken}, {@code deaf} of the backend; {@code -} any.
     */
    private static final String TABLE = """
            gone again broken deaf upDrained upShut downEnded downDrained downShut starved toSend unanswered repeatable
            1    -     -      -    -         -      -         -           -        -       -      -          -   CLIENT_RESET

            0    1     1      -    -         -      -         -           -        -       -      -          1   TRY_ANOTHER
            0    1     0      1    -         -      -         -           -        -       -      -          1   TRY_ANOTHER
            0    1     0      0    -         -      1         -           -        -       -      -          1   TRY_ANOTHER
            0    1     1      -    -         -      -         -           -        -       -      -          0   GIVE_UP
            0    1     0      1    -         -      -         -           -        -       -      -          0   GIVE_UP
            0    1     0      0    -         -      1         -           -        -       -      -          0   GIVE_UP

            0    0     1      -    -         -      -         -           1        -       -      0          -   COMPLETED
            0    0     1      -    -         -      -         -           0        -       -      0          -   BACKEND_RESET
            0    0     1      -    -         -      -         -           1        -       -      1          -   RESET_UNANSWERED
            0    0     1      -    -         -      -         -           0        -       -      1          -   REFUSE

            0    0     0      1    -         -      1         -           1        -       -      0          -   COMPLETED
            0    0     0      1    -         -      1         -           0        -       -      0          -   BACKEND_RESET
            0    0     0      1    -         -      1         -           1        -       -      1          -   RESET_UNANSWERED
            0    0     0      1    -         -      1         -           0        -       -      1          -   REFUSE
            0    0     0      1    -         -      0         -           1        -       1      1          -   RESET_UNANSWERED
            0    0     0      1    -         -      0         -           0        -       1      1          -   REFUSE

            0    0     0      1    -         0      0         -           -        -       0      -          -   HEAR_OUT
            0    0     0      1    -         1      0         -           -        1       0      -          -   OUT_OF_BUFFERS
            0    0     0      1    1         1      0         1           -        0       0      -          -   COMPLETED
            0    0     0      1    1         1      0         0           -        0       0      -          -   GO_ON
            0    0     0      1    0         1      0         -           -        0       0      -          -   GO_ON
            0    0     0      1    -         0      0         -           -        -       1      0          -   HEAR_OUT
            0    0     0      1    -         1      0         -           -        1       1      0          -   OUT_OF_BUFFERS
            0    0     0      1    1         1      0         1           -        0       1      0          -   COMPLETED
            0    0     0      1    1         1      0         0           -        0       1      0          -   GO_ON
            0    0     0      1    0         1      0         -           -        0       1      0          -   GO_ON

            0    0     0      0    -         -      -         -           -        1       -      -          -   OUT_OF_BUFFERS
            0    0     0      0    1         1      -         1           -        0       -      -          -   COMPLETED
            0    0     0      0    1         0      -         1           -        0       -      0          -   COMPLETED
            0    0     0      0    1         0      -         1           -        0       -      1          -   CLOSED_EARLY
            0    0     0      0    1         -      -         0           -        0       -      -          -   GO_ON
            0    0     0      0    0         -      -         -           -        0       -      -          -   GO_ON

            0    1     0      0    -         -      0         -           -        1       -      -          -   OUT_OF_BUFFERS
            0    1     0      0    1         1      0         1           -        0       -      -          -   COMPLETED
            0    1     0      0    1         0      0         1           -        0       -      -          -   CLOSED_EARLY
            0    1     0      0    1         -      0         0           -        0       -      -          -   GO_ON
            0    1     0      0    0         -      0         -           -        0       -      -          -   GO_ON
            """;

    private static final List<String[]> LINES = TABLE.lines()
            .skip(1)
            .filter(line -> !line.isBlank())
            .map(line -> line.trim().split(" +"))
            .toList();

    private static final int ROWS = 1 << RelayFact.values().length;

    private static Set<RelayFact> facts(int row) {
        EnumSet<RelayFact> facts = EnumSet.allOf(RelayFact.class);
        facts.removeIf(fact -> !fact.in(row));
        return facts;
    }

    /** The columns of the table for a row. */
    private static List<Boolean> columns(Set<RelayFact> facts) {
        boolean unanswered = facts.contains(RelayFact.UNANSWERED);
        return List.of(
                facts.contains(RelayFact.CLIENT_BROKEN) || facts.contains(RelayFact.CLIENT_DEAF),
                unanswered && facts.contains(RelayFact.BYTES_KEPT) && !facts.contains(RelayFact.UP_ENDED),
                facts.contains(RelayFact.BACKEND_BROKEN),
                facts.contains(RelayFact.BACKEND_DEAF),
                facts.contains(RelayFact.UP_DRAINED),
                facts.contains(RelayFact.UP_SHUT),
                facts.contains(RelayFact.DOWN_ENDED),
                facts.contains(RelayFact.DOWN_DRAINED),
                facts.contains(RelayFact.DOWN_SHUT),
                facts.contains(RelayFact.STARVED),
                facts.contains(RelayFact.BYTES_TO_SEND),
                unanswered,
                facts.contains(RelayFact.REPEATABLE));
    }

    private static boolean matches(String[] line, List<Boolean> columns) {
        return IntStream.range(0, columns.size())
                .allMatch(i -> line[i].equals("-") || line[i].equals("1") == columns.get(i));
    }

    @Test
    void everyRowHasTheConclusionOfTheTable() {
        for (int row = 0; row < ROWS; row++) {
            Set<RelayFact> facts = facts(row);
            List<Boolean> columns = columns(facts);
            List<String> said = LINES.stream()
                    .filter(line -> matches(line, columns))
                    .map(line -> line[columns.size()])
                    .toList();
            assertEquals(List.of(Conclusion.of(row).name()), said, facts.toString());
        }
    }

    @Test
    void everyConclusionIsDrawn() {
        assertEquals(
                EnumSet.allOf(Conclusion.class),
                EnumSet.copyOf(IntStream.range(0, ROWS).mapToObj(Conclusion::of).toList()));
    }

    /** Rows in which a FIN was passed on only after it was read, and drained. */
    private static Stream<Set<RelayFact>> possible() {
        return IntStream.range(0, ROWS)
                .mapToObj(ConclusionTest::facts)
                .filter(facts -> implies(facts, RelayFact.UP_DRAINED, RelayFact.UP_ENDED))
                .filter(facts -> implies(facts, RelayFact.UP_SHUT, RelayFact.UP_DRAINED))
                .filter(facts -> implies(facts, RelayFact.DOWN_DRAINED, RelayFact.DOWN_ENDED))
                .filter(facts -> implies(facts, RelayFact.DOWN_SHUT, RelayFact.DOWN_DRAINED))
                .filter(facts -> implies(facts, RelayFact.BYTES_TO_SEND, RelayFact.BYTES_KEPT));
    }

    private static boolean implies(Set<RelayFact> facts, RelayFact fact, RelayFact implied) {
        return !facts.contains(fact) || facts.contains(implied);
    }

    private static Conclusion of(Set<RelayFact> facts) {
        return Conclusion.of(facts.stream().mapToInt(fact -> fact.when(true)).sum());
    }

    @Test
    void nothingIsCompletedBeforeAllOfTheBackendHasBeenPassedOn() {
        possible().filter(facts -> of(facts) == Conclusion.COMPLETED).forEach(facts -> {
            assertEquals(true, facts.contains(RelayFact.DOWN_DRAINED), facts.toString());
        });
    }

    @Test
    void nobodyIsToldTwiceAfterAnAnswer() {
        possible()
                .filter(facts -> !facts.contains(RelayFact.UNANSWERED))
                .forEach(facts -> assertEquals(
                        false,
                        EnumSet.of(Conclusion.TRY_ANOTHER, Conclusion.GIVE_UP, Conclusion.REFUSE)
                                .contains(of(facts)),
                        facts.toString()));
    }

    @Test
    void aFactIsABitOfItsOwn() {
        int all = 0;
        for (RelayFact fact : RelayFact.values()) {
            assertEquals(0, fact.when(false));
            assertEquals(0, all & fact.when(true));
            all |= fact.when(true);
            assertEquals(true, fact.in(all));
        }
        assertEquals(ROWS - 1, all);
    }
}
