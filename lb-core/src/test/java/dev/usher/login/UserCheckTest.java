package dev.usher.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.UserFile;
import dev.usher.login.UserCheck.Verdict;
import dev.usher.testing.ManualClock;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A user is known by name and password; guesses, floods and faults of the comparison do no harm. */
class UserCheckTest {
    private static final String HASH = "$2y$10$" + "a".repeat(53);
    private static final UserFile USERS = UserFile.parse(Path.of("users"), "me:" + HASH);
    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");

    private final AtomicInteger compared = new AtomicInteger();
    private final ManualClock clock = new ManualClock();
    private final BlockingQueue<Verdict> verdicts = new LinkedBlockingQueue<>();

    private UserCheck check(Passwords passwords) {
        return new UserCheck(
                (hash, password) -> {
                    compared.incrementAndGet();
                    return passwords.matches(hash, password);
                },
                clock);
    }

    private UserCheck check() {
        return check((hash, password) -> hash.equals(HASH) && password.equals("right"));
    }

    private Verdict verdict(UserCheck check, String user, String password, InetAddress from) throws Exception {
        assertTrue(check.begin(USERS, new Credentials(user, password), from, verdicts::add));
        return Objects.requireNonNull(verdicts.poll(10, TimeUnit.SECONDS), "no verdict");
    }

    @Test
    void knowsTheUserWithTheRightPasswordAndHashesItOnce() throws Exception {
        try (UserCheck check = check()) {
            assertEquals(Verdict.KNOWN, verdict(check, "me", "right", HERE));
            assertEquals(Verdict.KNOWN, verdict(check, "me", "right", HERE));
            assertEquals(1, compared.get());
            assertEquals(Verdict.UNKNOWN, verdict(check, "me", "wrong", HERE));
            assertEquals(Verdict.UNKNOWN, verdict(check, "me", "", HERE));
            assertEquals(3, compared.get());
        }
    }

    @Test
    void unknownUserCostsAHashAsWell() throws Exception {
        try (UserCheck check = check()) {
            assertEquals(Verdict.UNKNOWN, verdict(check, "you", "right", HERE));
            assertEquals(1, compared.get());
        }
    }

    @Test
    void addressThatGuessesWaitsAndNoOther() throws Exception {
        try (UserCheck check = check()) {
            for (int i = 0; i < Throttle.MAX_FAILURES; i++) {
                assertEquals(Verdict.UNKNOWN, verdict(check, "me", "guess" + i, HERE));
            }
            assertEquals(Verdict.TOO_OFTEN, verdict(check, "me", "right", HERE));
            assertEquals(Throttle.MAX_FAILURES, compared.get());
            assertEquals(Verdict.KNOWN, verdict(check, "me", "right", THERE));
            clock.advance(Duration.ofNanos(Throttle.WINDOW_NANOS + 1));
            assertEquals(Verdict.KNOWN, verdict(check, "me", "right", HERE));
        }
    }

    @Test
    void refusesWhereTooManyWait() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (UserCheck check = check((_, _) -> {
            try {
                return go.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return false;
            }
        })) {
            int begun = 0;
            while (check.begin(USERS, new Credentials("me", "p" + begun), HERE, verdicts::add)) {
                begun++;
                assertTrue(begun < 1000, "no bound");
            }
            assertTrue(begun > UserCheck.MAX_WAITING, "fewer than the queue holds: " + begun);
            go.countDown();
            for (int i = 0; i < begun; i++) {
                assertEquals(Verdict.KNOWN, verdicts.poll(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void faultOfTheComparisonIsNoUser() throws Exception {
        try (UserCheck check = check((_, _) -> {
            throw new IllegalStateException("broken on purpose");
        })) {
            assertEquals(Verdict.UNKNOWN, verdict(check, "me", "right", HERE));
        }
    }

    @Test
    void passwordsAndHashesAreNeverPrinted() {
        assertFalse(new Credentials("me", "secret").toString().contains("secret"));
        assertFalse(USERS.toString().contains("$2y"));
    }
}
