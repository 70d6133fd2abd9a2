package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.metrics.MinuteClock;
import dev.usher.testing.Await;
import dev.usher.time.WallClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told of a backend: its names, its state with the reason, and its counts. */
class BackendTest {
    private static final SocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 443);
    private static final EjectionConfig AT_ONCE =
            new EjectionConfig(1, Duration.ofSeconds(10), Duration.ofSeconds(10), 100);

    private final Backend backend = new Backend(config("www.example.com", 2), ADDRESS);

    private static BackendConfig config(String host, int maxConnections) {
        return new BackendConfig(new HostPort(host, 443), 3, maxConnections, false);
    }

    private boolean probed(ProbeOutcome outcome, String result) {
        return backend.probed(outcome, result, HealthCheckConfig.DEFAULT);
    }

    @Test
    void hasItsAddressAndTheNameInTheConfiguration() {
        assertEquals("192.0.2.1:443", backend.name());
        assertEquals("192.0.2.1:443", backend.toString());
        assertEquals(ADDRESS, backend.address());
        assertEquals("www.example.com:443", backend.configuredName());
        backend.reconfigure(config("web.example.com", 0));
        assertEquals("web.example.com:443", backend.configuredName());
        assertEquals(config("web.example.com", 0), backend.config());
        assertEquals("192.0.2.1:443", backend.name());
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.1:443", "2001:db8::1, [2001:db8::1]:443"})
    void anAddressIsWrittenInDigits(String host, String text) {
        assertEquals(text, SocketText.of(new InetSocketAddress(InetAddress.ofLiteral(host), 443)));
    }

    @Test
    void anyOtherAddressIsWrittenInItsOwnWords() {
        assertEquals("unix:/run/web.sock", SocketText.of(UnixDomainSocketAddress.of("/run/web.sock")));
        SocketAddress unknown = new SocketAddress() {
            @Override
            public String toString() {
                return "vsock:3";
            }
        };
        assertEquals("vsock:3", SocketText.of(unknown));
    }

    @Test
    void isUnavailableWithTheReasonOfItsState() {
        assertNull(backend.unavailable());
        assertTrue(backend.isAvailable());
        assertEquals("not probed yet", backend.reason());
        assertTrue(probed(ProbeOutcome.FAILURE, "refused"));
        assertFalse(backend.isAvailable());
        assertEquals("down: refused", backend.unavailable());
        backend.setAdminState(AdminState.DRAIN, "drained by anna");
        assertEquals("draining (by anna): no new sessions", backend.unavailable());
        assertEquals(BackendState.DOWN, backend.health());
        assertEquals("refused", backend.healthReason());
        assertEquals("drained by anna", backend.reason());
        backend.setAdminState(AdminState.DISABLED, "disabled by anna");
        assertEquals("disabled (by anna): no new sessions", backend.unavailable());
        assertEquals(AdminState.DISABLED, backend.adminState());
        backend.setAdminState(AdminState.READY, "");
        assertEquals("down: refused", backend.unavailable());
        backend.setRemoved("removed from the configuration");
        assertEquals("draining (removed from the configuration): no new sessions", backend.unavailable());
        assertTrue(backend.isRemoved());
    }

    @Test
    void isFullAtItsLimitAndHasRoomBelow() {
        assertTrue(backend.take());
        assertTrue(backend.isAvailable());
        assertTrue(backend.take());
        assertFalse(backend.take());
        assertEquals(2, backend.open());
        assertFalse(backend.isAvailable());
        assertEquals("it has 2 of 2 connections", backend.unavailable());
        backend.release();
        assertNull(backend.unavailable());
        backend.reconfigure(config("www.example.com", BackendConfig.NO_LIMIT));
        assertTrue(backend.take());
        assertTrue(backend.take());
        assertTrue(backend.isAvailable());
        assertEquals(3, backend.open());
    }

    @Test
    void hasTheWeightOfPeopleBeforeTheConfigurations() {
        assertEquals(3, backend.weight());
        assertEquals(0, backend.orderedWeight());
        backend.share().override(7);
        assertEquals(7, backend.weight());
        assertEquals(7, backend.orderedWeight());
    }

    @Test
    void anEjectionHasAnEndByBothClocks() {
        assertNull(backend.ejectedFor(0));
        assertNull(backend.ejectedUntil(0));
        assertTrue(backend.reachedFailureLimit(AT_ONCE));
        assertTrue(backend.ejection().eject(AT_ONCE, 0));
        assertFalse(backend.ejection().eject(AT_ONCE, 0), "once alone");
        assertEquals(
                Duration.ofSeconds(4), backend.ejectedFor(Duration.ofSeconds(6).toNanos()));
        assertEquals(Duration.ZERO, backend.ejectedFor(Duration.ofSeconds(11).toNanos()), "until the keeper comes by");
        long before = WallClock.millis();
        Instant until = backend.ejectedUntil(0);
        assertNotNull(until);
        assertTrue(until.toEpochMilli() - before >= 10_000 && until.toEpochMilli() <= WallClock.millis() + 10_000);
        assertTrue(probed(ProbeOutcome.FAILURE, "refused"));
        assertEquals(BackendState.DOWN, backend.health(), "down comes before ejected");
    }

    @Test
    void aSuccessEndsTheRowOfFailures() {
        EjectionConfig two = new EjectionConfig(2, Duration.ofSeconds(10), Duration.ofSeconds(10), 100);
        assertFalse(backend.reachedFailureLimit(two));
        backend.succeeded();
        assertFalse(backend.reachedFailureLimit(two));
        assertTrue(backend.reachedFailureLimit(two));
        assertTrue(backend.reachedFailureLimit(two), "each failure from there on");
        assertFalse(backend.reachedFailureLimit(two.off()));
    }

    @Test
    void theLastProbeAndTheLastCertificateAreShown() {
        assertNull(backend.lastProbe());
        assertNull(backend.certificate());
        CertificateSeen seen = new CertificateSeen(
                List.of("www.example.com"), "CN=x", "CN=y", "1", Instant.EPOCH, Instant.EPOCH, 1, null);
        long before = WallClock.millis();
        backend.showProbe("handshake", 7, seen);
        backend.showProbe("refused", 8, null);
        Backend.LastProbe last = backend.lastProbe();
        assertNotNull(last);
        assertEquals(new Backend.LastProbe("refused", 8, last.atMillis()), last);
        assertTrue(last.atMillis() >= before);
        assertEquals(seen, backend.certificate(), "kept while no other is seen");
    }

    @Test
    void aProbeOrASessionReachesIt() {
        assertFalse(backend.wasReached());
        assertFalse(probed(ProbeOutcome.TIMEOUT, "no answer"));
        assertFalse(backend.wasReached());
        assertTrue(probed(ProbeOutcome.SUCCESS, "connected"));
        assertTrue(backend.wasReached());
        assertFalse(probed(ProbeOutcome.SUCCESS, "connected"));
    }

    @Test
    void failedSessionsAreAComplaintWhileItServes() {
        for (int i = 0; i < 3; i++) {
            backend.fared(RecentSessions.Outcome.NOT_CONNECTED, 0, 0);
        }
        assertNotNull(backend.trouble());
        backend.setAdminState(AdminState.DISABLED, "disabled by anna");
        assertNull(backend.trouble());
    }

    @Test
    void changesOfHealthAreTimedWhileItsHealthShows() {
        long made = backend.changedMillis();
        passAMillisecond(made);
        backend.setAdminState(AdminState.DISABLED, "disabled by anna");
        long disabled = backend.changedMillis();
        assertTrue(disabled > made);
        passAMillisecond(disabled);
        backend.changed("connected");
        assertEquals(disabled, backend.changedMillis());
        backend.setAdminState(AdminState.READY, "");
        long ready = backend.changedMillis();
        assertTrue(ready > disabled);
        passAMillisecond(ready);
        backend.changed("connected");
        long changed = backend.changedMillis();
        assertTrue(changed > ready);
        passAMillisecond(changed);
        backend.setRemoved("gone");
        assertTrue(backend.changedMillis() > changed);
    }

    private static void passAMillisecond(long since) {
        Await.until(() -> WallClock.millis() != since, "a changed time would show");
    }

    @Test
    void failuresAndOutagesAreCounted() {
        BackendCounts counts = backend.counts();
        assertNull(counts.lastFailure());
        MinuteClock clock = new MinuteClock(0);
        long before = WallClock.millis();
        counts.countFailure();
        counts.countFailure();
        counts.traffic().ended(1, 2);
        counts.sample(clock.tick(Duration.ofSeconds(1).toNanos()));
        assertEquals(2, counts.failures());
        assertEquals(2.0, counts.failuresPerSecond());
        assertEquals(1.0, counts.traffic().figures().sessionsPerSecond());
        Instant last = counts.lastFailure();
        assertNotNull(last);
        assertTrue(last.toEpochMilli() >= before);
        probed(ProbeOutcome.FAILURE, "refused");
        probed(ProbeOutcome.TIMEOUT, "no answer");
        probed(ProbeOutcome.NOT_MADE, "no descriptor left");
        probed(ProbeOutcome.SUCCESS, "connected");
        assertEquals(2, counts.failedProbes());
        counts.note(BackendState.DOWN, 5);
        assertEquals(1, counts.outages());
        assertEquals(Duration.ofNanos(3), counts.outageTime(8));
    }
}
