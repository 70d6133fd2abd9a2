package dev.usher;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.NotTls;
import dev.usher.config.Silent;
import dev.usher.name.ServerName;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendState;
import dev.usher.route.RouteQuery;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.view.Candidate;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said of the backends of a pool is what a session would find. */
class ExplainerTest {
    private static final RouteQuery ASKED =
            new RouteQuery("in", ServerName.of(TestUsher.NAME), List.of(), InetAddress.getLoopbackAddress());

    private final TestBackend one = TestBackend.start(TestBackend.ECHO);
    private final TestBackend two = TestBackend.start(TestBackend.ECHO);
    private final TestBackend spare = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        one.close();
        two.close();
        spare.close();
    }

    private TestUsher start(UnaryOperator<PoolConfigBuilder> settings) {
        BackendConfig plain = spare.config();
        return TestUsher.of(one, two)
                .backend(new BackendConfig(plain.address(), plain.weight(), 1, true))
                .pool(settings)
                .start();
    }

    private static List<Candidate> candidates(TestUsher usher) {
        return usher.balancer().looks().explain(ASKED).candidates();
    }

    private static void expect(Candidate candidate, @Nullable BackendState state, boolean takesSessions, String text) {
        assertEquals(state, candidate.state());
        assertEquals(takesSessions, candidate.takesSessions(), candidate.text());
        assertTrue(candidate.text().contains(text), candidate.text());
    }

    @Test
    void backendsTakeTurnsAndBackupsWait() {
        try (TestUsher usher = start(pool -> pool.balance(Balance.ROUND_ROBIN))) {
            expect(candidates(usher).get(0), BackendState.UP, true, "weight 1 (round-robin)");
            expect(candidates(usher).get(1), BackendState.UP, true, "(round-robin)");
            expect(candidates(usher).get(2), BackendState.UP, false, "only while no other backend");
            usher.balancer().control().setAdminState(TestUsher.POOL, one.name(), AdminState.DRAIN, "alice", null);
            expect(candidates(usher).get(0), BackendState.DRAINING, false, "draining (by alice): no new sessions");
            expect(candidates(usher).get(2), BackendState.UP, false, "only while no other backend");
            usher.balancer().control().setAdminState(TestUsher.POOL, two.name(), AdminState.DISABLED, "bob", null);
            expect(candidates(usher).get(1), BackendState.DISABLED, false, "disabled (by bob): no new sessions");
            expect(candidates(usher).get(2), BackendState.UP, true, "(round-robin)");
        }
    }

    @Test
    void aFullOneSaysSo() throws IOException {
        try (TestUsher usher = start(pool -> pool.balance(Balance.LEAST_CONNECTIONS))) {
            usher.balancer().control().setAdminState(TestUsher.POOL, one.name(), AdminState.DRAIN, "alice", null);
            usher.balancer().control().setAdminState(TestUsher.POOL, two.name(), AdminState.DRAIN, "alice", null);
            expect(candidates(usher).get(2), BackendState.UP, true, "0 sessions open, weight 1 (least-connections)");
            try (TestPeer client = usher.connect()) {
                client.send(hello()).read(helloBytes());
                expect(candidates(usher).get(2), BackendState.UP, false, "it has 1 of 1 connections");
            }
        }
    }

    @Test
    void theFirstIsTheOne() {
        try (TestUsher usher = start(pool -> pool.balance(Balance.FIRST))) {
            expect(candidates(usher).get(0), BackendState.UP, true, "the first that can take a session");
            expect(candidates(usher).get(1), BackendState.UP, false, "only while " + one.name());
        }
    }

    @Test
    void aClientStaysWithItsBackend() throws IOException {
        try (TestUsher usher = start(pool -> pool.balance(Balance.CLIENT_HASH))) {
            Candidate chosen = candidates(usher).stream()
                    .filter(candidate -> candidate.text().contains("chosen for this client's address"))
                    .findFirst()
                    .orElseThrow();
            try (TestPeer client = usher.connect()) {
                client.send(hello()).halfClose().readToEnd();
            }
            assertEquals(chosen.address(), usher.nextEnd().identity().backend());
        }
    }

    @Test
    void ofAFileNothingIsKnownOfThem() {
        List<Candidate> unknown =
                Explainer.explain(TestUsher.of(one, two).config(), ASKED).candidates();
        assertEquals(2, unknown.size());
        unknown.forEach(candidate -> expect(candidate, null, false, "state unknown: only a running usher knows it"));
    }

    @Test
    void clientsWithoutTlsHaveTheirPoolsElsewhere() {
        TestUsher.Builder usher = TestUsher.of(one)
                .fallbackPool(two)
                .notTls(new NotTls("fallback", null, null, "web"))
                .silent(new Silent("web", Silent.DEFAULT_AFTER));
        assertEquals(
                List.of("in, not_tls.ssh: pool fallback", "in, not_tls.other: pool web", "in, silent: pool web"),
                Explainer.explain(usher.config(), ASKED).elsewhere());
    }

    @Test
    void clientsOfPostgresGoElsewhereByTheSameName() {
        TestUsher.Builder usher =
                TestUsher.of(one).notTls(new NotTls(null, null, new NotTls.Postgres(NotTls.Postgres.REFUSE), null));
        assertEquals(
                List.of("in, not_tls.postgres: pool web"),
                Explainer.explain(usher.config(), ASKED).elsewhere());
    }

    @Test
    void refusedOnesHaveNone() {
        try (TestUsher usher = start(UnaryOperator.identity())) {
            RouteQuery other = new RouteQuery("in", ServerName.of("other.example"), List.of(), ASKED.client());
            assertEquals(List.of(), usher.balancer().looks().explain(other).candidates());
        }
    }
}
