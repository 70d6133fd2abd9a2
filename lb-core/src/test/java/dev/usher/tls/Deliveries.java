package dev.usher.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Ways to hand bytes to a collector, and what must hold for every one of them. */
final class Deliveries {
    static final int MAX_MESSAGE_BYTES = 1 << 16;

    private Deliveries() {}

    /** A seed for one test, printed; {@code -Dusher.seed} repeats a run. */
    static long seed(String test) {
        long seed = Long.getLong("usher.seed", System.nanoTime());
        System.out.println(test + ": usher.seed=" + seed);
        return seed;
    }

    static HelloResult whole(byte[] raw) {
        return whole(ByteBuffer.wrap(raw));
    }

    static HelloResult whole(ByteBuffer raw) {
        return new HelloCollector(MAX_MESSAGE_BYTES).collect(raw);
    }

    static ClientHello hello(ByteBuffer raw) {
        return assertInstanceOf(HelloResult.Hello.class, whole(raw)).hello();
    }

    static void assertRefused(HelloRefusal reason, ByteBuffer raw) {
        assertRefused(reason, Hellos.bytes(raw));
    }

    static void assertRefused(HelloRefusal reason, byte[] raw) {
        var refused = assertInstanceOf(HelloResult.Refused.class, whole(raw));
        assertEquals(reason, refused.reason(), refused.detail());
    }

    /**
     * What one collector makes of the bytes one at a time. On the way: a fresh collector makes the same of each prefix,
     * and what is decided once never changes.
     */
    static HelloResult byteWise(byte[] raw) {
        HelloCollector collector = new HelloCollector(MAX_MESSAGE_BYTES);
        HelloResult result = HelloResult.NEED_MORE;
        for (int length = 0; length <= raw.length; length++) {
            HelloResult next = collector.collect(ByteBuffer.wrap(raw, 0, length));
            String prefix = "prefix of " + length + " bytes";
            assertEquals(whole(ByteBuffer.wrap(Arrays.copyOf(raw, length))), next, prefix);
            if (!result.equals(HelloResult.NEED_MORE)) {
                assertEquals(result, next, prefix);
            }
            result = next;
        }
        return result;
    }
}
