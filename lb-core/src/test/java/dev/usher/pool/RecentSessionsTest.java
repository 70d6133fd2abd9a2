package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.pool.RecentSessions.Outcome;
import dev.usher.pool.RecentSessions.Trouble;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecentSessionsTest {
    private static final int MARK_OF_UPPER = 7;
    private static final int MARK_OF_LOWER = 21;

    private final RecentSessions recent = new RecentSessions();

    /** An upper case letter is of one client, a lower case one of another; the newest is the last. */
    private void add(String outcomes) {
        outcomes.chars()
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
        Instant before = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
        add("SsSsSsSs");
        Trouble trouble = Objects.requireNonNull(recent.trouble());
        assertEquals(8, trouble.sessions());
        assertEquals(0, Math.max(0, Duration.between(trouble.since(), before).toMillis()));
        add("AA");
        assertNull(recent.trouble());
        add("AAAAAAAAA");
        add("SsSs");
        assertEquals(
                "the last 4 sessions got no answer",
                Objects.requireNonNull(recent.trouble()).text());
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
