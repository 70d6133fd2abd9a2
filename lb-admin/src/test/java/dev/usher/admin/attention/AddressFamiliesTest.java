package dev.usher.admin.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.metrics.Traffic;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendState;
import dev.usher.pool.ByName;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressFamiliesTest {
    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

    private static BackendView backend(String address, BackendState state, boolean wasReached) {
        return new BackendView(
                address,
                "dual.example:443",
                state,
                "no route to host",
                SINCE,
                null,
                AdminState.READY,
                1,
                1,
                false,
                0,
                0,
                new BackendView.Counts(Traffic.Figures.NONE, 0, 0, null, 0, 0, Duration.ZERO),
                null,
                wasReached,
                100,
                null,
                null,
                null);
    }

    private static AddressFamilies families(BackendView... backends) {
        return new AddressFamilies(List.of(new PoolView(
                "web",
                Balance.ROUND_ROBIN,
                1,
                HealthCheckConfig.Type.TCP,
                List.of(backends),
                null,
                ByName.Figures.NONE)));
    }

    @Test
    void aDeadOneIsOneEntryThatNamesTheRemedy() {
        BackendView one = backend("[2001:db8::1]:443", BackendState.DOWN, false);
        BackendView two = backend("[2001:db8::2]:443", BackendState.DOWN, false);
        BackendView four = backend("192.0.2.1:443", BackendState.UP, true);
        AddressFamilies found = families(one, two, four);
        assertEquals(1, found.entries().size());
        Attention.Entry entry = found.entries().getFirst();
        assertEquals(Attention.Entry.Severity.INFO, entry.severity());
        assertEquals("backend dual.example:443 of pool web", entry.subject());
        assertEquals(
                "its IPv6 addresses (2 of 3) have never answered: no route to host. Set "
                        + "resolve: { family: ipv4 } in the pool, or fix the network path to them",
                entry.text());
        assertEquals(SINCE, entry.since());
        assertTrue(found.tellOf(one) && found.tellOf(two) && !found.tellOf(four));
    }

    @Test
    void itMayBeTheOtherOne() {
        AddressFamilies found = families(
                backend("[2001:db8::1]:443", BackendState.UP, true),
                backend("192.0.2.1:443", BackendState.DOWN, false));
        assertTrue(found.entries().getFirst().text().contains("resolve: { family: ipv6 }"));
    }

    @Test
    void anOutageIsNone() {
        for (AddressFamilies found : List.of(
                families( // it was there, and may come back
                        backend("[2001:db8::1]:443", BackendState.DOWN, true),
                        backend("192.0.2.1:443", BackendState.UP, true)),
                families( // one of the family answers
                        backend("[2001:db8::1]:443", BackendState.DOWN, false),
                        backend("[2001:db8::2]:443", BackendState.UP, true),
                        backend("192.0.2.1:443", BackendState.UP, true)),
                families( // nobody serves: that is another matter
                        backend("[2001:db8::1]:443", BackendState.DOWN, false),
                        backend("192.0.2.1:443", BackendState.DOWN, false)),
                families(backend("192.0.2.1:443", BackendState.DOWN, false)))) {
            assertEquals(List.of(), found.entries());
        }
    }
}
