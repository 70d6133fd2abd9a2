package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.pool.RecentSessions.Outcome;
import dev.usher.pool.RecentSessions.Trouble;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecentSessionsTest {
    private static final int MARK_OF_UPPER = 7;
    private static final int MARK_OF_LOWER = 21;

    private long nowMillis;
    private final RecentSessions recent = new RecentSessions(() -> nowMillis);

    /** An upper case letter is of one client, a lower case one of another; the newest is the last. */
    private void add(String outcomes) {
        outcomes.chars()
                .peek(_ -> nowMillis++)
                .forEach(letter -> recent.add(
                        switch (Character.toUpperCase(letter)) {
                            case 'A' -> Outcome.ANSWERED;
                            case 'S' -> Outcome.SILENT;
                            case 'C' -> Outcome.CLOSED_EARLY;
                            case 'T' -> Outcome.ALERT;
                            default -> Outcome.NOT_CONNECTED;
                        },
                        Character.isUpperCase(letter) ? MARK_OF_UPPER : MARK_OF_LOWER));
    }

    @ParameterizedTest
    @CsvSource({
        "SsS,        the last 3 sessions got no answer",
        "aAAASsSs,   the last 4 sessions got no answer",
        "ASsSsSsSs,  the last 8 sessions got no answer",
        "aSsSsSsS,   the last 7 of 8 sessions got no answer",
        "SsSsASsS,   the last 7 of 8 sessions got no answer",
        "CcC,        the last 3 sessions were closed by it without an answer",
        "TtTtATtT,   the last 7 of 8 sessions got nothing but a TLS alert",
        "NNN,        the last 3 sessions could not connect",
        "'sNNN',     'the last 4 sessions failed on it: no answer, closed early, a TLS alert or no connection'",
    })
    void speakAgainstABackendThatFailsThem(String outcomes, String text) {
        add(outcomes);
        assertEquals(text, Objects.requireNonNull(recent.trouble()).text());
    }

    @ParameterizedTest
    @CsvSource({
        "A",
        "Ss", // too few
        "AAAASsS", // too few in a row, with those before answered
        "SsSsAsSa", // answered again
        "TtTtTtT", // too few for what scanners cause
        "SSSSSSSS", // one client: it may be what it says
        "CCCCCCCC",
        "TTTTTTTT",
        "NNSS",
    })
    void provesNothing(String outcomes) {
        add(outcomes);
        assertNull(recent.trouble());
    }

    @Test
    void isForgottenWhenSessionsAreAnsweredAgain() {
        add("SsSsSsSs");
        Trouble trouble = Objects.requireNonNull(recent.trouble());
        assertEquals(8, trouble.sessions());
        add("AA");
        assertNull(recent.trouble());
        add("AAAAAAAAA");
        add("SsSs");
        assertEquals(
                "the last 4 sessions got no answer",
                Objects.requireNonNull(recent.trouble()).text());
    }

    /** A session takes a millisecond here. Good sessions after the row would end the complaint. */
    @ParameterizedTest
    @CsvSource({
        "SsS, 1",
        "SAAASsSs, 5",
        "TAAASsSs, 5",
        "AAATSsSs, 5", // an alert is no part of a row that got no answer
        "ASsSsSsSsSsSs, 2", // longer than what is remembered
        "SsSsASsS, 1", // seven of eight, on both sides of the answered one
        "SAASsSsASsS, 4",
        "SAASsSsSsSA, 4",
        "NNNANNNN, 1",
        "NAAANNNNNNN, 5",
    })
    void theTimeIsThatOfTheRowsFirstSession(String outcomes, long expected) {
        add(outcomes);
        assertEquals(
                Instant.ofEpochMilli(expected),
                Objects.requireNonNull(recent.trouble()).since());
    }

    /** What listeners of type tcp know: not connected, or connected, which counts as answered. */
    @Test
    void failedConnectsAreForgivenByTheNextThatSucceed() {
        add("NNN");
        assertEquals(
                "the last 3 sessions could not connect",
                Objects.requireNonNull(recent.trouble()).text());
        add("AA");
        assertNull(recent.trouble());
    }

    @Test
    void canBeForgotten() {
        add("NNNN");
        recent.forget();
        assertNull(recent.trouble());
        add("NN");
        assertNull(recent.trouble(), "too few since");
    }

    @Test
    void clientsOfOneIpv6NetworkAreOne() {
        int one = RecentSessions.mark(InetAddress.ofLiteral("2001:db8::1"));
        assertEquals(one, RecentSessions.mark(InetAddress.ofLiteral("2001:db8::ffff:2")));
        assertNotEquals(one, RecentSessions.mark(InetAddress.ofLiteral("2001:db8:0:1::1")));
        assertNotEquals(
                RecentSessions.mark(InetAddress.ofLiteral("127.0.0.2")),
                RecentSessions.mark(InetAddress.ofLiteral("127.0.0.3")));
    }
}
