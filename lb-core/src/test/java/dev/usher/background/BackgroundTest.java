package dev.usher.background;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.event.Events;
import dev.usher.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackgroundTest {
    private final ManualClock clock = new ManualClock();
    private final Background background = new Background(clock);
    private final Task task = background.task("access log", "make room", Duration.ofSeconds(5));
    private final Events events = new Events(clock);

    private List<String> said() {
        background.look(events);
        return events.all().stream()
                .map(event -> event.kind() + " " + event.subject() + ": " + event.text())
                .toList();
    }

    private List<String> failing() {
        return background.failing().stream()
                .map(failure -> failure.task() + ": " + failure.why() + "; " + failure.remedy())
                .toList();
    }

    @Test
    void worksUntilItSaysOtherwise() {
        assertEquals(List.of(), failing());
        assertEquals(List.of(), said());
        assertEquals(List.of("access log"), background.names());
    }

    @Test
    void aFailureIsOneEventAndItsEndAnother() {
        task.failed("no space");
        task.failed("no space left");

        assertEquals(List.of("access log: no space left; make room"), failing());
        assertEquals(said(), said());
        task.works();
        assertEquals(List.of(), failing());
        assertEquals(
                List.of("WARNING access log: no space left; make room", "RECOVERED access log: works again"), said());
    }

    @Test
    void aFailureIsSinceItsFirst() {
        task.failed("no space");
        clock.advance(Duration.ofSeconds(90));
        task.failed("no space");

        long ago = Duration.between(background.failing().getFirst().since(), java.time.Instant.now())
                .toSeconds();
        assertTrue(60 <= ago && ago <= 120, () -> ago + " s ago");
    }

    @Test
    void whatHangsFailsAfterItsPatience() {
        task.begins();
        clock.advance(Duration.ofSeconds(5));
        assertEquals(List.of(), failing());
        clock.advance(Duration.ofSeconds(1));
        assertEquals(List.of("access log: it has been stuck for more than 5 s; make room"), failing());
        task.works();
        assertEquals(List.of(), failing());
        task.begins();
        task.rests();
        clock.advance(Duration.ofHours(1));
        assertEquals(List.of(), failing());
    }

    @Test
    void whatEndsByAFaultFailsForGood() {
        NoClassDefFoundError fault = new NoClassDefFoundError("dev/usher/Gone");
        assertThrows(
                NoClassDefFoundError.class,
                () -> task.whole(() -> {
                    throw fault;
                }));
        task.works();

        assertEquals(
                List.of("access log: it has crashed: java.lang.NoClassDefFoundError: dev/usher/Gone; restart usher"),
                failing());
    }

    @Test
    void crowdFailsWhileAMemberFails() {
        Crowd crowd = background.crowd("probes", "look");
        Task one = crowd.join("one", Duration.ofSeconds(5));
        Task two = crowd.join("two", Duration.ofSeconds(5));
        Task three = crowd.join("three", Duration.ofSeconds(5));
        assertEquals(List.of(), failing());
        assertEquals(List.of("access log", "probes"), background.names());

        three.begins();
        clock.advance(Duration.ofSeconds(6));
        one.failed("broken");
        assertEquals(List.of("probes: three: it has been stuck for more than 5 s; and 1 more; look"), failing());
        crowd.leave(three);
        assertEquals(List.of("probes: one: broken; look"), failing());
        two.begins();
        two.works();
        one.works();
        assertEquals(List.of(), failing());
    }
}
