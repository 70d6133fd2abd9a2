package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.pool.PoolTimeouts;
import dev.usher.relay.Quiet.Due;
import dev.usher.testing.ManualClock;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Goal: each of the six timers at its exact moment, and their order. Method: a manual clock, and no socket. */
class QuietTest {
    private static final Duration IDLE = Duration.ofHours(1);
    private static final Duration HALF_CLOSED = Duration.ofMinutes(5);
    private static final Duration FIRST_BYTE = Duration.ofSeconds(5);
    private static final Duration LIFETIME = Duration.ofHours(5);
    private static final Duration KEEPALIVE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration ROOM = Duration.ofMillis(20);

    private final ManualClock clock = new ManualClock();
    private final Relay relay = new Relay(clock.nanos());

    QuietTest() {
        relay.awaitAnswer(clock.nanos());
        relay.restart(clock.nanos());
    }

    private static final class Relay extends Quiet {
        final long accepted;
        Duration idle = IDLE;
        long firstByteNanos = FIRST_BYTE.toNanos();
        long lifetimeNanos = LIFETIME.toNanos();
        boolean halfClosed;
        boolean awaitsAnswer;
        boolean noRoomForAnswer;
        boolean waitsForRoom;
        boolean paused;

        Relay(long accepted) {
            this.accepted = accepted;
        }

        @Override
        PoolTimeouts timeouts() {
            return new PoolTimeouts(0, 0, firstByteNanos, idle.toNanos(), HALF_CLOSED.toNanos(), lifetimeNanos);
        }

        @Override
        long acceptedNanos() {
            return accepted;
        }

        @Override
        boolean isHalfClosed() {
            return halfClosed;
        }

        @Override
        boolean awaitsAnswer() {
            return awaitsAnswer;
        }

        @Override
        boolean hasNoRoomForAnswer() {
            return noRoomForAnswer;
        }

        @Override
        boolean waitsForRoom() {
            return waitsForRoom;
        }

        @Override
        boolean isPaused() {
            return paused;
        }
    }

    private void with(Consumer<Relay> change) {
        change.accept(relay);
    }

    /** The deadline is set for this moment, before it is nothing of the kind, and at it this is due. */
    private void comesAfter(Duration time, Due due) {
        assertEquals(time.toNanos(), relay.leftNanos(clock.nanos()));
        clock.advance(time);
        assertEquals(due, relay.due(clock.nanos()));
    }

    @Test
    void keepaliveComesFirstAndOnceThenTheIdleTimeOutOfTheSameSilence() {
        comesAfter(KEEPALIVE, Due.KEEPALIVE);
        relay.keptAlive();
        assertEquals(Due.NOTHING, relay.due(clock.nanos()));
        comesAfter(IDLE.minus(KEEPALIVE), Due.SILENCE);
    }

    @Test
    void aByteRenewsIdleAndKeepalive() {
        clock.advance(Duration.ofSeconds(59));
        relay.restart(clock.nanos());
        comesAfter(KEEPALIVE, Due.KEEPALIVE);
        relay.keptAlive();
        relay.restart(clock.nanos());
        comesAfter(IDLE, Due.SILENCE);
    }

    @Test
    void halfClosedHasATimeOutOfItsOwn() {
        with(each -> each.halfClosed = true);
        relay.keptAlive();
        comesAfter(HALF_CLOSED, Due.SILENCE);
    }

    @Test
    void theLifetimeIsNotRenewedAndWinsOverAllOthers() {
        relay.keptAlive();
        clock.advance(LIFETIME.minus(IDLE));
        relay.restart(clock.nanos());
        with(each -> each.awaitsAnswer = true);
        with(each -> each.waitsForRoom = true);
        clock.advance(IDLE);
        assertEquals(Due.LIFETIME, relay.due(clock.nanos()));
    }

    @Test
    void withoutALifetimeThereIsNoLimit() {
        with(each -> each.lifetimeNanos = Long.MAX_VALUE);
        relay.keptAlive();
        clock.advance(LIFETIME.multipliedBy(2));
        relay.restart(clock.nanos());
        comesAfter(IDLE, Due.SILENCE);
    }

    @Test
    void theFirstByteIsAwaitedFromTheConnect() {
        with(each -> each.awaitsAnswer = true);
        clock.advance(Duration.ofSeconds(4));
        relay.restart(clock.nanos());
        comesAfter(Duration.ofSeconds(1), Due.FIRST_BYTE);
    }

    @Test
    void whereNoOtherIsFoundItIsLookedForOnceASecondAtMost() {
        with(each -> each.awaitsAnswer = true);
        clock.advance(FIRST_BYTE);
        relay.foundNoOther(clock.nanos());
        comesAfter(FIRST_BYTE, Due.FIRST_BYTE);
        with(each -> each.firstByteNanos = Duration.ofMillis(100).toNanos());
        relay.foundNoOther(clock.nanos());
        comesAfter(LOOK, Due.FIRST_BYTE);
    }

    @Test
    void noFirstByteIsAwaitedOnceAnsweredOrWithoutALimitOrHalfClosed() {
        clock.advance(FIRST_BYTE);
        assertEquals(Due.NOTHING, relay.due(clock.nanos()));
        with(each -> each.awaitsAnswer = true);
        assertEquals(Due.FIRST_BYTE, relay.due(clock.nanos()));
        with(each -> each.halfClosed = true);
        assertEquals(Due.NOTHING, relay.due(clock.nanos()));
        with(each -> each.halfClosed = false);
        with(each -> each.firstByteNanos = Long.MAX_VALUE);
        assertEquals(Due.NOTHING, relay.due(clock.nanos()));
    }

    @Test
    void anAnswerThatThereIsNoRoomForIsNoSilence() {
        with(each -> each.awaitsAnswer = true);
        with(each -> each.noRoomForAnswer = true);
        with(each -> each.waitsForRoom = true);
        clock.advance(FIRST_BYTE);
        assertEquals(Due.ROOM, relay.due(clock.nanos()));
    }

    @Test
    void roomIsLookedForFiftyTimesASecond() {
        with(each -> each.waitsForRoom = true);
        with(each -> each.paused = true);
        for (int i = 0; i < 5; i++) {
            comesAfter(ROOM, Due.ROOM);
        }
    }

    @Test
    void aPausedSideIsLookedAtOnceASecond() {
        with(each -> each.paused = true);
        for (int i = 0; i < 5; i++) {
            comesAfter(LOOK, Due.LOOK);
        }
    }

    @Test
    void keepaliveIsNotForgottenWhereASideIsPaused() {
        with(each -> each.paused = true);
        clock.advance(KEEPALIVE);
        assertEquals(Due.KEEPALIVE, relay.due(clock.nanos()));
    }

    @Test
    void aDeadlineThatIsOverdueIsSetForTheNextTurn() {
        clock.advance(IDLE.plusSeconds(1));
        assertEquals(1, relay.leftNanos(clock.nanos()));
        assertEquals(Due.SILENCE, relay.due(clock.nanos()));
    }
}
