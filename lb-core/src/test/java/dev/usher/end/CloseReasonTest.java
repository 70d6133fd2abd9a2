package dev.usher.end;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.opening.TlsOpening;
import dev.usher.tls.Alert;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CloseReasonTest {
    private static final Map<CloseReason, Alert> ALERTS = new EnumMap<>(Map.ofEntries(
            Map.entry(CloseReason.REDIRECTED, Alert.UNEXPECTED_MESSAGE),
            Map.entry(CloseReason.HTTP_ON_TLS, Alert.UNEXPECTED_MESSAGE),
            Map.entry(CloseReason.POSTGRES_WITHOUT_TLS, Alert.UNEXPECTED_MESSAGE), // told in words of Postgres
            Map.entry(CloseReason.TLS_ON_HTTP, Alert.UNEXPECTED_MESSAGE),
            Map.entry(CloseReason.NOT_HTTP, Alert.DECODE_ERROR),
            Map.entry(CloseReason.MALFORMED_REQUEST, Alert.DECODE_ERROR),
            Map.entry(CloseReason.AMBIGUOUS_REQUEST, Alert.DECODE_ERROR),
            Map.entry(CloseReason.REQUEST_TOO_LARGE, Alert.DECODE_ERROR),
            Map.entry(CloseReason.MALFORMED_BODY, Alert.DECODE_ERROR),
            Map.entry(CloseReason.MALFORMED_HELLO, Alert.DECODE_ERROR),
            Map.entry(CloseReason.HELLO_TOO_LARGE, Alert.DECODE_ERROR),
            Map.entry(CloseReason.INVALID_NAME, Alert.ILLEGAL_PARAMETER),
            Map.entry(CloseReason.NO_SNI, Alert.MISSING_EXTENSION),
            Map.entry(CloseReason.UNKNOWN_NAME, Alert.UNRECOGNIZED_NAME),
            Map.entry(CloseReason.DENIED, Alert.ACCESS_DENIED),
            Map.entry(CloseReason.PORT_DENIED, Alert.ACCESS_DENIED),
            Map.entry(CloseReason.AUTH_FAILED, Alert.ACCESS_DENIED),
            Map.entry(CloseReason.AUTH_THROTTLED, Alert.ACCESS_DENIED),
            Map.entry(CloseReason.AUTH_OVERLOADED, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.PLAIN_DENIED, Alert.UNEXPECTED_MESSAGE),
            Map.entry(CloseReason.NOT_SOCKS, Alert.UNEXPECTED_MESSAGE),
            Map.entry(CloseReason.MALFORMED_SOCKS, Alert.DECODE_ERROR),
            Map.entry(CloseReason.SOCKS_COMMAND, Alert.UNEXPECTED_MESSAGE),
            Map.entry(CloseReason.AUTH_METHOD, Alert.ACCESS_DENIED),
            Map.entry(CloseReason.SNI_MISMATCH, Alert.UNRECOGNIZED_NAME),
            Map.entry(CloseReason.LOOP, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.NAME_NOT_FOUND, Alert.UNRECOGNIZED_NAME),
            Map.entry(CloseReason.NAME_LOOKUP_FAILED, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.NAME_LOOKUPS_FULL, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.ADDRESS_REFUSED, Alert.ACCESS_DENIED),
            Map.entry(CloseReason.NO_BACKEND, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.CONNECT_REFUSED, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.CONNECT_TIMEOUT, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.CONNECT_FAILED, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.OUT_OF_SOCKETS, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.BACKEND_CLOSED_EARLY, Alert.INTERNAL_ERROR),
            Map.entry(CloseReason.BACKEND_SILENT, Alert.INTERNAL_ERROR)));

    /** Usher ends what is under way: who has a part only must see that. */
    private static final Set<CloseReason> BY_SIDE = EnumSet.of(
            CloseReason.COMPLETED,
            CloseReason.IDLE_TIMEOUT,
            CloseReason.HALF_CLOSED_TIMEOUT,
            CloseReason.MAX_LIFETIME,
            CloseReason.SHUTDOWN,
            CloseReason.BACKEND_REMOVED,
            CloseReason.BACKEND_DOWN);

    private static final Set<CloseReason> RESETS = EnumSet.of(
            CloseReason.CLIENT_RESET,
            CloseReason.BACKEND_RESET,
            CloseReason.OUT_OF_BUFFERS,
            CloseReason.HELLO_EVICTED,
            CloseReason.KILLED,
            // Refused before a word of their protocol: nothing is lost, and it costs the least.
            CloseReason.PROXY_NOT_TRUSTED,
            CloseReason.PROXY_HEADER,
            CloseReason.CLIENT_CONNECTIONS,
            CloseReason.CLIENT_RATE,
            CloseReason.BUG);

    @ParameterizedTest
    @EnumSource
    void hasTheAlertOfItsCaseOrNone(CloseReason reason) {
        assertEquals(ALERTS.get(reason), reason.refusal() == null ? null : TlsOpening.alert(reason.refusal()));
        assertEquals(ALERTS.containsKey(reason), reason.ending() == Ending.REFUSAL);
        assertEquals(RESETS.contains(reason), reason.ending() == Ending.RESET, reason + " in RESETS");
        assertEquals(BY_SIDE.contains(reason), reason.ending() == Ending.FIN_IF_WHOLE, reason + " in BY_SIDE");
    }

    @ParameterizedTest
    @EnumSource
    void hasAnEndCodeOfTwoKnownLetters(CloseReason reason) {
        assertTrue(reason.endCode().matches("[CScsPLRKDI][HCDL]|--"), reason.endCode());
        assertEquals(reason == CloseReason.COMPLETED, "--".equals(reason.endCode()));
    }

    /** A FIN without a question is only for those that were never connected to a backend. */
    @ParameterizedTest
    @EnumSource
    void noRelayEndsInABareFin(CloseReason reason) {
        assertTrue(reason.ending() != Ending.CLOSE || reason.endCode().endsWith("H"), reason.word());
    }

    @Test
    void wordsAreDistinctAndInSnakeCase() {
        Set<String> words =
                Arrays.stream(CloseReason.values()).map(CloseReason::word).collect(Collectors.toSet());
        assertEquals(CloseReason.values().length, words.size());
        assertTrue(words.stream().allMatch(word -> word.matches("[a-z]+(_[a-z0-9]+)*")), words.toString());
        assertEquals("half_closed_timeout", CloseReason.HALF_CLOSED_TIMEOUT.word());
    }
}
