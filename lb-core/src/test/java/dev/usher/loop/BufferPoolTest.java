package dev.usher.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Seed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BufferPoolTest {
    private final BufferPool pool = new BufferPool(Long.MAX_VALUE);

    private static ByteBuffer acquire(BufferPool pool, int bytes) {
        return Objects.requireNonNull(pool.acquire(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4096",
        "1, 4096",
        "4096, 4096",
        "4097, 8192",
        "8192, 8192",
        "8193, 16384",
        "262144, 262144",
        "262145, 524288",
        "524288, 524288"
    })
    void handsOutTheSmallestPowerOfTwoThatHoldsTheBytes(int bytes, int capacity) {
        ByteBuffer buffer = acquire(pool, bytes);
        assertEquals(capacity, buffer.capacity());
        assertEquals(capacity, buffer.remaining());
        assertTrue(buffer.isDirect());
        assertEquals(capacity, pool.heldBytes().get());
        pool.release(buffer);
        assertEquals(0, pool.heldBytes().get());
    }

    @Test
    void hasNothingLargerThanItsLargest() {
        assertThrows(IllegalArgumentException.class, () -> pool.acquire(BufferPool.MAX_BYTES + 1));
        assertEquals(0, pool.heldBytes().get());
    }

    @Test
    void handsOutAgainWhatCameBackAndEmpty() {
        ByteBuffer first = acquire(pool, 5000);
        first.put(new byte[100]).flip();
        pool.release(first);
        ByteBuffer second = acquire(pool, 6000);
        assertSame(first, second);
        assertEquals(8192, second.remaining());
    }

    @Test
    void neverHandsOneBufferToTwo() {
        assertNotSame(acquire(pool, 1), acquire(pool, 1));
    }

    @Test
    void handsOutNothingBeyondItsBudget() {
        BufferPool small = new BufferPool(12 * 1024);
        ByteBuffer first = acquire(small, 8192);
        assertNull(small.acquire(4097), "8 KiB and 8 KiB are too much");
        assertNotNull(small.acquire(4096));
        assertNull(small.acquire(1));
        assertEquals(12 * 1024, small.heldBytes().get());
        small.release(first);
        assertNotNull(small.acquire(8192));
    }

    @Test
    void keepsOnlySoMuchForLater() {
        List<ByteBuffer> out = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            out.add(acquire(pool, BufferPool.MAX_BYTES));
        }
        Set<ByteBuffer> before = Collections.newSetFromMap(new IdentityHashMap<>());
        before.addAll(out);
        out.forEach(pool::release);
        int known = 0;
        for (int i = 0; i < 20; i++) {
            ByteBuffer again = acquire(pool, BufferPool.MAX_BYTES);
            known += before.contains(again) ? 1 : 0;
        }
        assertEquals(8, known, "8 MiB");
    }

    @Test
    void balancesUnderRandomUse() {
        Random random = new Random(Seed.of(BufferPoolTest.class));
        BufferPool bounded = new BufferPool(4 * 1024 * 1024);
        List<ByteBuffer> out = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextBoolean()) {
                ByteBuffer buffer = bounded.acquire(1 << random.nextInt(20));
                if (buffer != null) {
                    out.add(buffer);
                }
            } else if (!out.isEmpty()) {
                bounded.release(out.remove(random.nextInt(out.size())));
            }
            long held = out.stream().mapToLong(ByteBuffer::capacity).sum();
            assertEquals(held, bounded.heldBytes().get());
            assertTrue(held <= 4 * 1024 * 1024);
        }
    }
}
