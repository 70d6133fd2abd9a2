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
    private final Quiet quiet = new Quiet();

    QuietTest() {
        quiet.awaitAnswer(clock.nanos());
        quiet.restart(clock.nanos());
    }

    private static final class Relay implements Quiet.Relay {
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
        public PoolTimeouts timeouts() {
            return new PoolTimeouts(0, 0, firstByteNanos, idle.toNanos(), HALF_CLOSED.toNanos(), lifetimeNanos);
        }

        @Override
        public long acceptedNanos() {
            return accepted;
        }

        @Override
        public boolean isHalfClosed() {
            return halfClosed;
        }

        @Override
        public boolean awaitsAnswer() {
            return awaitsAnswer;
        }

        @Override
        public boolean hasNoRoomForAnswer() {
            return noRoomForAnswer;
        }

        @Override
        public boolean waitsForRoom() {
            return waitsForRoom;
        }

        @Override
        public boolean isPaused() {
            return paused;
        }
    }

    private void with(Consumer<Relay> change) {
        change.accept(relay);
    }

    /** The deadline is set for this moment, before it is nothing of the kind, and at it this is due. */
    private void comesAfter(Duration time, Due due) {
        assertEquals(time.toNanos(), quiet.leftNanos(clock.nanos(), relay));
        clock.advance(time);
        assertEquals(due, quiet.due(clock.nanos(), relay));
    }

    @Test
    void keepaliveComesFirstAndOnceThenTheIdleTimeOutOfTheSameSilence() {
        comesAfter(KEEPALIVE, Due.KEEPALIVE);
        quiet.keptAlive();
        assertEquals(Due.NOTHING, quiet.due(clock.nanos(), relay));
        comesAfter(IDLE.minus(KEEPALIVE), Due.SILENCE);
    }

    @Test
    void aByteRenewsIdleAndKeepalive() {
        clock.advance(Duration.ofSeconds(59));
        quiet.restart(clock.nanos());
        comesAfter(KEEPALIVE, Due.KEEPALIVE);
        quiet.keptAlive();
        quiet.restart(clock.nanos());
        comesAfter(IDLE, Due.SILENCE);
    }

    @Test
    void halfClosedHasATimeOutOfItsOwn() {
        with(each -> each.halfClosed = true);
        quiet.keptAlive();
        comesAfter(HALF_CLOSED, Due.SILENCE);
    }

    @Test
    void theLifetimeIsNotRenewedAndWinsOverAllOthers() {
        quiet.keptAlive();
        clock.advance(LIFETIME.minus(IDLE));
        quiet.restart(clock.nanos());
        with(each -> each.awaitsAnswer = true);
        with(each -> each.waitsForRoom = true);
        clock.advance(IDLE);
        assertEquals(Due.LIFETIME, quiet.due(clock.nanos(), relay));
    }

    @Test
    void withoutALifetimeThereIsNoLimit() {
        with(each -> each.lifetimeNanos = Long.MAX_VALUE);
        quiet.keptAlive();
        clock.advance(LIFETIME.multipliedBy(2));
        quiet.restart(clock.nanos());
        comesAfter(IDLE, Due.SILENCE);
    }

    @Test
    void theFirstByteIsAwaitedFromTheConnect() {
        with(each -> each.awaitsAnswer = true);
        clock.advance(Duration.ofSeconds(4));
        quiet.restart(clock.nanos());
        comesAfter(Duration.ofSeconds(1), Due.FIRST_BYTE);
    }

    @Test
    void whereNoOtherIsFoundItIsLookedForOnceASecondAtMost() {
        with(each -> each.awaitsAnswer = true);
        clock.advance(FIRST_BYTE);
        quiet.foundNoOther(clock.nanos(), relay.timeouts());
        comesAfter(FIRST_BYTE, Due.FIRST_BYTE);
        with(each -> each.firstByteNanos = Duration.ofMillis(100).toNanos());
        quiet.foundNoOther(clock.nanos(), relay.timeouts());
        comesAfter(LOOK, Due.FIRST_BYTE);
    }

    @Test
    void noFirstByteIsAwaitedOnceAnsweredOrWithoutALimitOrHalfClosed() {
        clock.advance(FIRST_BYTE);
        assertEquals(Due.NOTHING, quiet.due(clock.nanos(), relay));
        with(each -> each.awaitsAnswer = true);
        assertEquals(Due.FIRST_BYTE, quiet.due(clock.nanos(), relay));
        with(each -> each.halfClosed = true);
        assertEquals(Due.NOTHING, quiet.due(clock.nanos(), relay));
        with(each -> each.halfClosed = false);
        with(each -> each.firstByteNanos = Long.MAX_VALUE);
        assertEquals(Due.NOTHING, quiet.due(clock.nanos(), relay));
    }

    @Test
    void anAnswerThatThereIsNoRoomForIsNoSilence() {
        with(each -> each.awaitsAnswer = true);
        with(each -> each.noRoomForAnswer = true);
        with(each -> each.waitsForRoom = true);
        clock.advance(FIRST_BYTE);
        assertEquals(Due.ROOM, quiet.due(clock.nanos(), relay));
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
        assertEquals(Due.KEEPALIVE, quiet.due(clock.nanos(), relay));
    }

    @Test
    void aDeadlineThatIsOverdueIsSetForTheNextTurn() {
        clock.advance(IDLE.plusSeconds(1));
        assertEquals(1, quiet.leftNanos(clock.nanos(), relay));
        assertEquals(Due.SILENCE, quiet.due(clock.nanos(), relay));
    }
}
