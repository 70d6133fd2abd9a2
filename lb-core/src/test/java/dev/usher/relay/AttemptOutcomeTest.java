package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.usher.end.CloseReason;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AttemptOutcomeTest {
    /** Outcome, the reason that a session without another attempt ends for, whether it counts, the row, and the evidence. */
    private static final String TABLE = """
            CONNECTED            -                     -      LEFT    ANSWERED
            SPOKE                -                     -      CLEARED -
            ANSWERED             -                     -      CLEARED ANSWERED
            ANSWERED_NO          -                     -      CLEARED ALERT
            ANSWERED_UNCLEARLY   -                     -      LEFT    -
            ANSWERED_FAULTILY    -                     counts LONGER  ALERT
            REFUSED              connect_refused       counts LONGER  NOT_CONNECTED
            UNREACHABLE          connect_failed        counts LONGER  NOT_CONNECTED
            TIMED_OUT            connect_timeout       counts LONGER  NOT_CONNECTED
            TIMED_OUT_HURRIED    connect_timeout       counts LEFT    -
            GREETING_FAILED      connect_failed        counts LONGER  NOT_CONNECTED
            NO_SOCKET            out_of_sockets        -      LEFT    -
            CLOSED_EARLY         backend_closed_early  counts LEFT    CLOSED_EARLY
            SILENT               backend_silent        counts LEFT    -
            ANOTHER_ANSWERED     -                     -      LONGER  -
            LEFT_DOWN            backend_down          -      LEFT    -
            LEFT_REMOVED         backend_removed       -      LEFT    -
            """;

    private static String reason(AttemptOutcome outcome) {
        try {
            return outcome.reason().word();
        } catch (IllegalStateException endsNoSession) {
            return "-";
        }
    }

    @Test
    void blameIsAsTheTableSays() {
        List<List<String>> table =
                TABLE.lines().map(line -> List.of(line.trim().split(" +"))).toList();
        List<List<String>> code = Stream.of(AttemptOutcome.values())
                .map(each -> List.of(
                        each.name(),
                        reason(each),
                        each.isCounted() ? "counts" : "-",
                        each.row().name(),
                        each.evidence() == null ? "-" : each.evidence().name()))
                .toList();
        assertEquals(table, code);
    }

    @Test
    void theOutcomeOfASessionThatEndsUnansweredFollowsFromItsReason() {
        for (CloseReason reason : CloseReason.values()) {
            AttemptOutcome outcome = AttemptOutcome.unanswered(reason);
            if (outcome != null) {
                assertEquals(reason, outcome.reason());
                assertEquals(true, outcome.isUnheard());
            }
        }
        assertEquals(AttemptOutcome.SILENT, AttemptOutcome.unanswered(CloseReason.BACKEND_SILENT));
        assertEquals(AttemptOutcome.CLOSED_EARLY, AttemptOutcome.unanswered(CloseReason.BACKEND_CLOSED_EARLY));
        assertNull(AttemptOutcome.unanswered(CloseReason.BACKEND_RESET));
    }

    @Test
    void aBackendThatIsGoneIsLeftWithoutBlame() {
        assertEquals(AttemptOutcome.LEFT_DOWN, AttemptOutcome.gone(CloseReason.BACKEND_DOWN));
        assertEquals(AttemptOutcome.LEFT_REMOVED, AttemptOutcome.gone(CloseReason.BACKEND_REMOVED));
        assertNull(AttemptOutcome.gone(CloseReason.KILLED));
    }

    @Test
    void anAnswerEndsNoSession() {
        assertThrows(IllegalStateException.class, AttemptOutcome.ANSWERED::reason);
    }
}
