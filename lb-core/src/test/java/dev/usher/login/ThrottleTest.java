package dev.usher.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private long now = Long.MAX_VALUE - 5; // the clock may wrap
    private final Throttle throttle = new Throttle(() -> now);

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.ofLiteral(text);
    }

    private void fail(InetAddress address, int times) {
        for (int i = 0; i < times; i++) {
            throttle.failed(address);
        }
    }

    @Test
    void holdsUpAfterFiveFailuresUntilTheMinuteIsOver() throws Exception {
        InetAddress guesser = address("192.0.2.1");
        fail(guesser, Throttle.MAX_FAILURES - 1);
        assertEquals(0, throttle.waitSeconds(guesser));
        assertTrue(throttle.failed(guesser), "the fifth");
        assertEquals(60, throttle.waitSeconds(guesser));
        now += TimeUnit.SECONDS.toNanos(59);
        assertEquals(1, throttle.waitSeconds(guesser));
        now += TimeUnit.SECONDS.toNanos(1);
        assertEquals(0, throttle.waitSeconds(guesser));
        assertFalse(throttle.failed(guesser), "a new minute has begun");
        assertEquals(0, throttle.waitSeconds(guesser));
    }

    @Test
    void tellsAddressesApartAndForIpv6Networks() throws Exception {
        fail(address("192.0.2.1"), Throttle.MAX_FAILURES);
        assertEquals(0, throttle.waitSeconds(address("192.0.2.2")));
        fail(address("2001:db8:0:1::1"), Throttle.MAX_FAILURES);
        assertEquals(60, throttle.waitSeconds(address("2001:db8:0:1:ffff::2")));
        assertEquals(0, throttle.waitSeconds(address("2001:db8:0:2::1")));
    }

    @Test
    void remembersNoMoreThanItMay() throws Exception {
        InetAddress first = address("192.0.2.1");
        fail(first, Throttle.MAX_FAILURES);
        for (int i = 0; i < Throttle.MAX_ADDRESSES; i++) {
            throttle.failed(InetAddress.getByAddress(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i}));
        }
        assertEquals(Throttle.MAX_ADDRESSES, throttle.size());
        assertEquals(0, throttle.waitSeconds(first), "the oldest was forgotten");
    }
}
