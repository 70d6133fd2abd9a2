package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.Roster.Member;
import dev.usher.testing.ManualClock;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backends of a pool whose connects fail: how many of them one session tries. */
class AttemptsTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 50000);

    /** Names with so many addresses each. */
    private static Pool pool(int retries, String addresses) {
        List<Member> members = new ArrayList<>();
        for (String count : addresses.split(" ", -1)) {
            BackendConfig name = BackendConfig.of(new HostPort("name-" + members.size() + ".example", 443));
            for (int i = 0; i < Integer.parseInt(count); i++) {
                members.add(new Member(name, new InetSocketAddress("192.0.2." + (members.size() + 1), 443)));
            }
        }
        PoolConfig config = PoolConfigBuilder.of("web")
                .weights(1)
                .balance(Balance.FIRST)
                .retries(retries)
                .build();
        Pool pool = TestPools.of(config, 1);
        pool.roster().setBackends(members, 0);
        return pool;
    }

    private static int tried(Pool pool, AttemptOutcome failure) {
        Attempts attempts = new Attempts(pool, 0, new ManualClock(), CLIENT, new OwnConnections());
        List<Backend> tried = new ArrayList<>();
        for (Backend next = attempts.next(); next != null; next = attempts.next()) {
            tried.add(next);
            attempts.failed(failure);
        }
        assertEquals(tried.stream().distinct().count(), tried.size(), "none is tried twice");
        return tried.size();
    }

    /** Retries are for names: an address that leads nowhere must not use them up. */
    @ParameterizedTest
    @CsvSource({
        "0, 1 1 1,   1",
        "1, 1 1 1,   2",
        "2, 1 1 1 1, 3",
        "0, 4,       4",
        "0, 3 1,     3",
        "1, 3 1 1,   4",
        "1, 2 2 2,   4",
        "2, 5 1 1 1, 7",
        "0, 20,      9", // bounded all the same
    })
    void addressesOfOneNameUseUpNoRetries(int retries, String addresses, int expected) {
        assertEquals(expected, tried(pool(retries, addresses), AttemptOutcome.REFUSED));
        assertEquals(expected, tried(pool(retries, addresses), AttemptOutcome.UNREACHABLE));
    }

    /** Two reloads while a session tries: the backend goes, and comes back as another at the same address. */
    @Test
    void aFailedBackendThatComesBackIsNotTriedAgain() {
        Pool pool = pool(2, "1");
        Attempts attempts = new Attempts(pool, 0, new ManualClock(), CLIENT, new OwnConnections());
        assertNotNull(attempts.next());
        attempts.failed(AttemptOutcome.REFUSED);
        attempts.follow(withBackendsAnew(pool));
        assertNull(attempts.next());
    }

    @Test
    void aSilentBackendThatComesBackIsNoOther() {
        Pool pool = pool(2, "1");
        Attempts attempts = new Attempts(pool, 0, new ManualClock(), CLIENT, new OwnConnections());
        assertNotNull(attempts.next());
        attempts.follow(withBackendsAnew(pool));
        assertFalse(attempts.holdAnother());
    }

    /** The pool after a reload without its backends, and a reload with all of them. */
    private static Pool withBackendsAnew(Pool pool) {
        List<Member> members = pool.backends().stream()
                .map(backend -> new Member(backend.config(), (InetSocketAddress) backend.address()))
                .toList();
        Pool without = pool.successor(pool.config());
        without.roster().remove(without.roster().setBackends(List.of(), 0), "removed");
        Pool again = without.successor(pool.config());
        again.roster().setBackends(members, 0);
        return again;
    }

    /** Those were reached: another address of the name is another server, and a retry. */
    @ParameterizedTest
    @CsvSource({"0, 4, 1", "2, 4, 3", "1, 1 3, 2"})
    void whoClosesEarlyCountsEachTime(int retries, String addresses, int expected) {
        assertEquals(expected, tried(pool(retries, addresses), AttemptOutcome.CLOSED_EARLY));
    }
}
