package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which answer of a source holds. */
class StandingTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Standing standing = new Standing(null);

    private static SourceConfig rules(String more) throws IOException {
        return Given.source("type: docker" + more);
    }

    private static Offer names(String... names) throws IOException {
        return Given.offer(Stream.of(names)
                .map(name -> "\"" + name + "\": \"10.0.0.1:443\"")
                .collect(Collectors.joining(",", "{\"routes\": {", "}}")));
    }

    private Set<String> held() {
        Held held = standing.held();
        return held == null ? Set.of() : held.offer().names();
    }

    @Test
    void holdsFirstAnswerWhateverItHas() throws IOException {
        assertTrue(standing.take(names(), rules(""), NOON));
        assertTrue(standing.take(names("a.example"), rules(""), NOON));
        assertFalse(standing.take(names("a.example"), rules(""), NOON), "nothing has changed");
    }

    @Test
    void holdsAnswerThatLostHalf() throws IOException {
        standing.take(names("a.example", "b.example"), rules(""), NOON);
        assertTrue(standing.take(names("b.example"), rules(""), NOON));
        assertEquals(Set.of("b.example"), held());
    }

    @Test
    void keepsAnswerBeforeOneThatIsEmpty() throws IOException {
        standing.take(names("a.example"), rules(""), NOON);
        assertFalse(standing.take(names(), rules(""), NOON));
        assertEquals(Set.of("a.example"), held());
        assertEquals("the answer has no name, and 1 before", waiting());
    }

    private String waiting() {
        Standing.Waiting waiting = standing.waiting();
        return waiting == null ? "" : waiting.text();
    }

    /** As many names as before are no proof: others stand in place of those that are gone. */
    @Test
    void keepsAnswerBeforeOneThatLostMoreThanHalf() throws IOException {
        standing.take(names("a.example", "b.example", "c.example"), rules(""), NOON);
        assertFalse(standing.take(names("c.example", "x.example", "y.example"), rules(""), NOON));
        assertEquals("the answer has lost 2 of 3 names", waiting());
    }

    @Test
    void confirmsByTheSameAnswerAfterAWhile() throws IOException {
        standing.take(names("a.example"), rules(""), NOON);
        assertFalse(standing.take(names(), rules(", confirm: 1m"), NOON));
        assertFalse(standing.take(names(), rules(", confirm: 1m"), NOON.plusSeconds(59)));
        assertTrue(standing.take(names(), rules(", confirm: 1m"), NOON.plusSeconds(60)));
        assertEquals(Set.of(), held());
        assertNull(standing.waiting());
    }

    @Test
    void beginsToWaitAnewForAnotherAnswer() throws IOException {
        standing.take(names("a.example", "b.example", "c.example"), rules(""), NOON);
        assertFalse(standing.take(names(), rules(", confirm: 1m"), NOON));
        assertFalse(standing.take(names("c.example"), rules(", confirm: 1m"), NOON.plusSeconds(60)));
        assertFalse(standing.take(names(), rules(", confirm: 1m"), NOON.plusSeconds(90)));
    }

    @Test
    void waitsForAnOperatorAlone() throws IOException {
        standing.take(names("a.example"), rules(""), NOON);
        standing.take(names(), rules(", confirm: none"), NOON);
        assertFalse(standing.take(names(), rules(", confirm: none"), NOON.plusSeconds(1_000_000)));
        assertTrue(standing.confirm(NOON));
        assertEquals(Set.of(), held());
        assertFalse(standing.confirm(NOON), "nothing waits");
    }

    @Test
    void forgetsWhatWaitedOnceTheNamesAreBack() throws IOException {
        standing.take(names("a.example"), rules(""), NOON);
        standing.take(names(), rules(""), NOON);
        standing.take(names("a.example"), rules(""), NOON);
        assertNull(standing.waiting());
    }

    @Test
    void takesAnythingWhereAllowed() throws IOException {
        standing.take(names("a.example"), rules(""), NOON);
        assertTrue(standing.take(names(), rules(", allow_empty: true"), NOON));
    }

    /** The older claim wins, so that a claim must not become younger with each answer. */
    @Test
    void keepsTheTimeOfEachClaim() throws IOException {
        standing.take(names("a.example"), rules(""), NOON);
        standing.take(names("a.example", "b.example"), rules(""), NOON.plusSeconds(9));
        Held held = assertNotNullHeld();
        assertEquals(NOON, held.since().get("a.example"));
        assertEquals(NOON.plusSeconds(9), held.since().get("b.example"));
    }

    private Held assertNotNullHeld() {
        Held held = standing.held();
        assertNotNull(held);
        return held;
    }
}
