package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pools of three real web servers, one of which has a fault while visitors come without a pause: how soon usher notices,
 * what visitors notice of it, and that it has its share again once it is well.
 */
@Tag("slow")
class FaultsIT {
    private static final String NAME = "www.example.com";
    private static final int VISITORS = 4;

    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int FALL = 2;
    private static final int RISE = 2;
    private static final String CHECK = "interval: 200ms, timeout: 2s, rise: 2, fall: 2, jitter: 10%";
    private static final String TLS = "health_check: { type: tls, verify: false, " + CHECK + " }\n";
    private static final String POOL_EVENT = " pool web: no backend";
    /** What two busy cores take to run the probe, write the line of log and have this test read it. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private final Parts parts = new Parts();
    private final Certificates certificates = new Certificates();
    private final Certificates.Leaf leaf = certificates.leaf(NAME);
    private final Visitor visitor = new Visitor(certificates, NAME);

    FaultsIT() throws Exception {}

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private Web web() throws Exception {
        return parts.add(new Web(leaf, ""));
    }

    private List<Web> threeWebs() throws Exception {
        return List.of(web(), web(), web());
    }

    private static String[] addresses(List<Web> webs) {
        return webs.stream().map(Web::hostPort).toArray(String[]::new);
    }

    private Usher usher(String pool, String... backends) throws Exception {
        return parts.add(Usher.run("", """
                routes: { %s: web }
                pools:
                  web:
                    backends: ["%s"]
                %s
                """.formatted(NAME, String.join("\", \"", backends), pool.indent(4))));
    }

    // ---- what usher says ----

    private static String line(String backend, String what) {
        return "backend " + backend + " of pool web: " + what;
    }

    private static int times(Usher usher, String text) {
        return usher.program().all().split(Pattern.quote(text), -1).length - 1;
    }

    private static void awaitSaid(Usher usher, String backend, String what, int times) throws Exception {
        String line = line(backend, what);
        Await.until(() -> times(usher, line) >= times, "usher says " + line);
    }

    /** When a fault begins or ends, and how much usher had said by then. */
    private record Moment(Usher usher, int said, long nanos) {
        static Moment of(Usher usher) {
            return new Moment(usher, usher.program().err().text().length(), System.nanoTime());
        }

        /** Waits until usher says so, in the time that this many probes have for it. */
        void awaitNoticed(String backend, String what, int probes, Duration each) throws Exception {
            String line = line(backend, what);
            Await.until(() -> usher.program().err().text().indexOf(line, said) >= 0, "usher says " + line);
            long millis = (System.nanoTime() - nanos) / 1_000_000;
            long limit = INTERVAL.toMillis() * 11 / 10 + each.toMillis() * probes;
            Figures.note("FaultsIT: \"%s\" after %d ms, limit %d ms".formatted(what, millis, limit));
            assertTrue(millis <= limit + SLACK.toMillis(), what + " after " + millis + " ms");
        }

        /** By probes that fail at once. */
        void awaitDown(String backend) throws Exception {
            awaitNoticed(backend, "down", FALL, INTERVAL);
        }

        /** By probes that take all of their time. */
        void awaitTimedOut(String backend) throws Exception {
            awaitNoticed(backend, "down", FALL, TIMEOUT);
        }

        void awaitUp(String backend) throws Exception {
            awaitNoticed(backend, "up", RISE, INTERVAL);
        }
    }

    // ---- what visitors see ----

    /** The fault is over and known to be: the one that had it serves again, and nobody fails. */
    private static void assertServesAgain(Web web, Visitor.Load load) throws Exception {
        long now = System.nanoTime();
        int before = web.answered();
        load.goOn(60);
        assertTrue(web.answered() - before >= 5, "its share of 60 is " + (web.answered() - before));
        assertEquals(List.of(), load.failuresSince(now));
    }

    /** Nobody comes to it but those that were under way. */
    private static void assertLeftOut(Web web, Visitor.Load load) throws Exception {
        load.goOn(VISITORS);
        long now = System.nanoTime();
        int before = web.answered();
        load.goOn(60);
        assertEquals(before, web.answered());
        assertEquals(List.of(), load.failuresSince(now));
    }

    private static List<AccessLines.Line> lines(Usher usher, Visitor.Load load) throws Exception {
        Await.until(() -> usher.log().all().size() >= load.visits(), "the access log has " + load.visits() + " lines");
        return usher.log().all();
    }

    /**
     * One line of the log for each visit, and one answer of a server for each. A visitor has seen the whole of it, also
     * where nginx resets behind it, since the visitor's own last record comes too late.
     */
    private static void assertNothingLost(Usher usher, Visitor.Load load, List<Web> webs) throws Exception {
        load.end();
        assertEquals(List.of(), load.failures());
        List<AccessLines.Line> lines = lines(usher, load);
        assertEquals(load.visits(), lines.size());
        assertEquals(
                List.of(),
                lines.stream()
                        .filter(line ->
                                !Set.of("completed --", "backend_reset SD").contains(line.end()))
                        .toList());
        long answered = 0;
        for (Web web : webs) {
            answered += web.answered();
        }
        assertEquals(load.visits(), answered);
        assertEquals(0, times(usher, POOL_EVENT), "the pool has always two");
        Figures.note("FaultsIT: " + load.visits() + " visits, none failed");
    }

    // ---- killed, restarted ----

    /** Sessions that were open on it when it died cannot be saved; whoever comes later must not notice. */
    @Test
    void withRetriesNobodyNoticesADeadBackend() throws Exception {
        List<Web> webs = threeWebs();
        Usher usher = usher(TLS + "retries: 2", addresses(webs));
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            load.goOn(100);
            assertEquals(List.of(), load.failures());
            int round = 0;
            for (Web dying : webs) {
                Moment alive = Moment.of(usher);
                dying.kill();
                long dead = System.nanoTime();
                alive.awaitDown(dying.hostPort());
                load.goOn(50);
                assertEquals(List.of(), load.failuresSince(dead), "killed: " + dying.hostPort());
                assertTrue(load.failures().size() <= ++round * VISITORS, load.failures()::toString);
                Moment restarting = Moment.of(usher);
                dying.restart();
                restarting.awaitUp(dying.hostPort());
                assertServesAgain(dying, load);
            }
            load.end();
            List<AccessLines.Line> lines = lines(usher, load);
            assertEquals(load.visits(), lines.size());
            long saved = lines.stream()
                    .filter(line -> line.number("attempts") == 2 && line.end().equals("completed --"))
                    .count();
            assertTrue(saved > 0, "some were saved by a second attempt");
            Figures.note(
                    "FaultsIT: killed 3 times with retries: %d visits, %d saved by a retry, %d cut in the middle, 0 failed that began later"
                            .formatted(load.visits(), saved, load.failures().size()));
        }
    }

    /** Without retries, those fail that come before the probes have noticed. */
    @Test
    void withoutRetriesADeadBackendIsNoticedUntilProbesSaySo() throws Exception {
        List<Web> webs = threeWebs();
        Web dying = webs.getFirst();
        Usher usher = usher(TLS + "retries: 0\nejection: none", addresses(webs));
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            load.goOn(100);
            Moment alive = Moment.of(usher);
            dying.kill();
            long dead = System.nanoTime();
            alive.awaitDown(dying.hostPort());
            assertLeftOut(dying, load);
            load.end();
            int failed = load.failuresSince(dead).size();
            assertTrue(failed > 0, "somebody came to it");
            long refused = lines(usher, load).stream()
                    .filter(line -> line.text("reason").equals("connect_refused")
                            && line.text("backend").equals(dying.hostPort()))
                    .count();
            // Some that had begun before the end of kill() was seen may have been refused too, but all of them failed.
            assertTrue(failed <= refused, failed + " that came later failed, it refused " + refused);
            assertTrue(refused <= load.failures().size(), "it refused " + refused + ": " + load.failures());
            Figures.note("FaultsIT: killed without retries: %d visits, %d failed until it was noticed"
                    .formatted(load.visits(), failed));
        }
    }

    // ---- frozen ----

    /** The kernel goes on to accept for a stopped process: only a handshake tells. */
    @Test
    void aFrozenBackendIsLeftOutOnceProbesSaySo() throws Exception {
        List<Web> webs = threeWebs();
        Web frozen = webs.getFirst();
        Usher usher = usher(TLS + "on_down: close\nretries: 2", addresses(webs));
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            load.goOn(100);
            Moment begin = Moment.of(usher);
            frozen.freeze();
            begin.awaitTimedOut(frozen.hostPort());
            assertLeftOut(frozen, load);
            assertTrue(load.failures().size() <= VISITORS, load.failures()::toString);
            Moment end = Moment.of(usher);
            frozen.thaw();
            end.awaitUp(frozen.hostPort());
            assertServesAgain(frozen, load);
            Figures.note("FaultsIT: frozen: %d of %d visits were on it and were reset"
                    .formatted(load.failures().size(), load.visits()));
        }
    }

    /** Probes that only connect never see it: the sessions themselves do, and go on with another backend. */
    @Test
    void aFrozenBackendThatProbesDoNotSeeLosesNobody() throws Exception {
        List<Web> webs = threeWebs();
        Web frozen = webs.getFirst();
        Usher usher = usher("""
                health_check: { type: tcp, %s }
                timeouts: { first_byte: 500ms }
                ejection: { consecutive_failures: 3, base_time: 1m }
                """.formatted(CHECK), addresses(webs));
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            load.goOn(100);
            frozen.freeze();
            long stopped = System.nanoTime();
            awaitSaid(usher, frozen.hostPort(), "ejected: 3 sessions in a row failed", 1);
            assertLeftOut(frozen, load);
            assertEquals(List.of(), load.failuresSince(stopped));
            frozen.thaw(); // for those that it had begun to answer
            load.end();
            long saved = lines(usher, load).stream()
                    .filter(line -> line.number("attempts") == 2 && line.end().equals("completed --"))
                    .count();
            assertTrue(saved >= 3, saved + " were saved by a second attempt");
            Figures.note(
                    "FaultsIT: frozen behind tcp probes: %d visits, %d saved by a second attempt, %d cut in the middle"
                            .formatted(load.visits(), saved, load.failures().size()));
        }
    }

    // ---- slow ----

    /** Slow is not down while its probes are in time; once they are not, those that it has still go to their end. */
    @Test
    void aSlowBackendLosesNobody() throws Exception {
        List<Web> webs = threeWebs();
        Web slow = webs.getFirst();
        SlowWay way = parts.add(new SlowWay(slow.address()));
        Usher usher =
                usher(TLS, way.hostPort(), webs.get(1).hostPort(), webs.get(2).hostPort());
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            way.delay(Duration.ofMillis(50));
            load.goOn(60);
            assertEquals(0, times(usher, ": down"), usher.program()::all);
            Moment begin = Moment.of(usher);
            way.delay(Duration.ofMillis(1500));
            begin.awaitNoticed(
                    way.hostPort(), "down", FALL + 1, TIMEOUT); // one may have begun before, and just be in time
            Moment end = Moment.of(usher);
            way.delay(Duration.ZERO);
            end.awaitNoticed(way.hostPort(), "up", RISE, TIMEOUT); // the first probe may still be on its slow way
            assertServesAgain(slow, load);
            assertEquals(
                    1,
                    times(usher, ": down"),
                    "the others' probes are not delayed: " + usher.program().all());
            assertNothingLost(usher, load, webs);
        }
    }

    // ---- wrong answers ----

    @Test
    void aBackendThatSaysThatItIsIllLosesNobody() throws Exception {
        List<Web> webs = threeWebs();
        Web ill = webs.getFirst();
        Usher usher = usher(
                "health_check: { type: https, path: /health, expect: 200, server_name: %s, verify: false, %s }"
                        .formatted(NAME, CHECK),
                addresses(webs));
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            load.goOn(60);
            Moment begin = Moment.of(usher);
            ill.ill(true);
            begin.awaitNoticed(ill.hostPort(), "down: status 503, expected 200", FALL, INTERVAL);
            assertLeftOut(ill, load);
            Moment end = Moment.of(usher);
            ill.ill(false);
            end.awaitUp(ill.hostPort());
            assertServesAgain(ill, load);
            assertNothingLost(usher, load, webs);
        }
    }

    /** Clients see a wrong certificate before probes do; once these have, nobody else does. */
    @ParameterizedTest
    @ValueSource(strings = {"expired", "wrong name"})
    void aBackendWithABadCertificateIsLeftOut(String fault) throws Exception {
        List<Web> webs = threeWebs();
        Web bad = webs.getFirst();
        Usher usher = usher(
                "health_check: { type: tls, server_name: %s, trust_store: %s, %s }"
                        .formatted(NAME, certificates.authorityFile(), CHECK),
                addresses(webs));
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            load.goOn(60);
            assertEquals(List.of(), load.failures());
            Moment begin = Moment.of(usher);
            bad.kill();
            bad.show(fault.equals("expired") ? certificates.expired(NAME) : certificates.leaf("other.example.com"));
            bad.restart();
            begin.awaitDown(bad.hostPort());
            load.goOn(VISITORS);
            long noticed = System.nanoTime();
            load.goOn(60);
            assertEquals(List.of(), load.failuresSince(noticed));
            long seen = load.failures().stream()
                    .filter(failure -> failure.what().contains("SSLHandshakeException"))
                    .count();
            Moment end = Moment.of(usher);
            bad.kill();
            bad.show(leaf);
            bad.restart();
            end.awaitUp(bad.hostPort());
            assertServesAgain(bad, load);
            assertEquals(List.of(), load.failuresSince(noticed));
            load.end();
            assertEquals(load.visits(), lines(usher, load).size());
            Figures.note("FaultsIT: %s: %d of %d visits saw it".formatted(fault, seen, load.visits()));
        }
    }

    /** It passes TCP probes, and closes on every hello. Each of its sessions is saved, and it is ejected. */
    @Test
    void aBackendThatClosesBeforeItsServerHelloLosesNobody() throws Exception {
        List<Web> webs = List.of(web(), web());
        Backend closing = parts.add(new Backend(client -> client.read(1)));
        Usher usher = usher(
                "health_check: { type: tcp, %s }\nejection: { base_time: 1s, consecutive_failures: 3 }"
                        .formatted(CHECK),
                closing.hostPort(),
                webs.get(0).hostPort(),
                webs.get(1).hostPort());
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            awaitSaid(usher, closing.hostPort(), "ejected: 3 sessions in a row failed", 1);
            awaitSaid(usher, closing.hostPort(), "up: ejection time is over", 1);
            awaitSaid(usher, closing.hostPort(), "ejected: 3 sessions in a row failed", 2);
            assertTrue(usher.program().all().contains("ejected 2 times in a row"), usher.program()::all);
            assertNothingLost(usher, load, webs);
            long saved = lines(usher, load).stream()
                    .filter(line -> line.number("attempts") == 2)
                    .count();
            assertTrue(saved >= 6, "3 each time, and those that were under way: " + saved);
            assertTrue(saved <= 6 + 2 * VISITORS, "it had no session while it was out: " + saved);
        }
    }

    // ---- flapping ----

    /**
     * Down and up again: what it refuses is saved, and the pool never changes. It is at most ejected and down, and back from
     * both, each time.
     */
    @Test
    void aFlappingBackendDoesNotFlapThePool() throws Exception {
        List<Web> webs = threeWebs();
        Web flapping = webs.getFirst();
        Usher usher = usher(TLS + "retries: 2\nejection: { base_time: 200ms, max_time: 400ms }", addresses(webs));
        int flaps = 10;
        List<Visitor.Failure> unsaved = new ArrayList<>();
        try (Visitor.Load load = visitor.new Load(VISITORS, usher.address())) {
            load.goOn(60);
            for (int i = 0; i < flaps; i++) {
                flapping.kill();
                long dead = System.nanoTime();
                load.goOn(20);
                flapping.restart();
                load.goOn(20);
                unsaved.addAll(load.failuresSince(dead));
            }
            assertEquals(List.of(), unsaved, "who came while it was dead");
            assertTrue(load.failures().size() <= flaps * VISITORS, load.failures()::toString);
            awaitServing(usher, flapping, load);
            load.end();
            String said = usher.program().all();
            assertEquals(0, times(usher, POOL_EVENT), said);
            int changes = times(usher, line(flapping.hostPort(), ""));
            assertTrue(changes <= 4 * flaps + 2, changes + " changes in " + flaps + " rounds");
            assertEquals(load.visits(), lines(usher, load).size());
            Figures.note(
                    "FaultsIT: flapped %d times: %d changes of state, %d visits, %d cut in the middle, 0 failed that came later"
                            .formatted(
                                    flaps,
                                    changes,
                                    load.visits(),
                                    load.failures().size()));
        }
    }

    private static void awaitServing(Usher usher, Web web, Visitor.Load load) throws Exception {
        int before = web.answered();
        Await.until(
                () -> web.answered() > before,
                "it serves again: " + usher.program().all());
        assertServesAgain(web, load);
    }
}
