package dev.usher.relay;

import static dev.usher.relay.SessionState.AWAITING_HELLO;
import static dev.usher.relay.SessionState.CLOSED;
import static dev.usher.relay.SessionState.CONNECTING;
import static dev.usher.relay.SessionState.HALF_CLOSED;
import static dev.usher.relay.SessionState.REFUSING;
import static dev.usher.relay.SessionState.RELAYING;
import static dev.usher.relay.SessionState.RESOLVING;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionStateTest {
    private static final Map<SessionState, Set<SessionState>> MAY_BECOME = Map.of(
            AWAITING_HELLO, EnumSet.of(RESOLVING, CONNECTING, REFUSING, CLOSED),
            RESOLVING, EnumSet.of(CONNECTING, REFUSING, CLOSED),
            CONNECTING, EnumSet.of(CONNECTING, RELAYING, REFUSING, CLOSED),
            RELAYING, EnumSet.of(CONNECTING, HALF_CLOSED, REFUSING, CLOSED),
            HALF_CLOSED, EnumSet.of(REFUSING, CLOSED),
            REFUSING, EnumSet.of(CLOSED),
            CLOSED, EnumSet.noneOf(SessionState.class));

    @Test
    void everyPairOfStatesIsAsTheTableSays() {
        for (SessionState from : SessionState.values()) {
            for (SessionState to : SessionState.values()) {
                assertEquals(MAY_BECOME.getOrDefault(from, Set.of()).contains(to), from.mayBecome(to), from + " " + to);
            }
        }
    }
}
