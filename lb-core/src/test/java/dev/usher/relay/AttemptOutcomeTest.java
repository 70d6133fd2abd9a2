package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.usher.end.CloseReason;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AttemptOutcomeTest {
    /** Outcome, the reason that a session without another attempt ends for, whether it counts, the row, the evidence, and unheard or not. */
    private static final String TABLE = """
            CONNECTED            -                     -      LEFT    ANSWERED      -
            SPOKE                -                     -      CLEARED -             -
            ANSWERED             -                     -      CLEARED ANSWERED      -
            ANSWERED_NO          -                     -      CLEARED ALERT         -
            ANSWERED_UNCLEARLY   -                     -      LEFT    -             -
            ANSWERED_FAULTILY    -                     counts LONGER  ALERT         -
            REFUSED              connect_refused       counts LONGER  NOT_CONNECTED -
            UNREACHABLE          connect_failed        counts LONGER  NOT_CONNECTED -
            TIMED_OUT            connect_timeout       counts LONGER  NOT_CONNECTED -
            TIMED_OUT_HURRIED    connect_timeout       counts LEFT    -             -
            NO_SOCKET            out_of_sockets        -      LEFT    -             -
            GREETING_FAILED      connect_failed        counts LEFT    CLOSED_EARLY  unheard
            GREETING_LATE        connect_timeout       counts LEFT    SILENT        unheard
            CLOSED_EARLY         backend_closed_early  counts LEFT    CLOSED_EARLY  unheard
            LATE                 -                     -      LEFT    SILENT        -
            SILENT               backend_silent        counts LEFT    -             unheard
            ANOTHER_ANSWERED     -                     -      LONGER  -             -
            LEFT_DOWN            backend_down          -      LEFT    -             -
            LEFT_REMOVED         backend_removed       -      LEFT    -             -
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
                        each.evidence() == null ? "-" : each.evidence().name(),
                        each.isUnheard() ? "unheard" : "-"))
                .toList();
        assertEquals(table, code);
    }

    /** Reasons that leave the last attempt without an outcome of its own are not listed. */
    @Test
    void theOutcomeOfTheAttemptUnderWayFollowsFromTheReason() {
        Map<CloseReason, AttemptOutcome> expected = Map.of(
                CloseReason.BACKEND_CLOSED_EARLY, AttemptOutcome.CLOSED_EARLY,
                CloseReason.BACKEND_SILENT, AttemptOutcome.SILENT,
                CloseReason.BACKEND_DOWN, AttemptOutcome.LEFT_DOWN,
                CloseReason.BACKEND_REMOVED, AttemptOutcome.LEFT_REMOVED);
        for (CloseReason reason : CloseReason.values()) {
            AttemptOutcome outcome = AttemptOutcome.of(reason);
            assertEquals(expected.get(reason), outcome, reason.word());
            if (outcome != null) {
                assertEquals(reason, outcome.reason());
            }
        }
    }

    @Test
    void anAnswerEndsNoSession() {
        assertThrows(IllegalStateException.class, AttemptOutcome.ANSWERED::reason);
    }
}
