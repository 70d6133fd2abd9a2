package dev.usher.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Seed;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BufferPoolTest {
    private static final int FLOOD_BYTES = 128 << 20;

    private final BufferPool pool = new BufferPool(1L << 40);

    @AfterEach
    void close() {
        pool.close();
    }

    private static HeldBuffer acquire(BufferPool pool, int bytes) {
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
        HeldBuffer buffer = acquire(pool, bytes);
        assertEquals(capacity, buffer.capacity());
        assertEquals(capacity, buffer.bytes().remaining());
        assertTrue(buffer.bytes().isDirect());
        assertEquals(capacity, BufferPool.capacityFor(bytes));
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
        HeldBuffer first = acquire(pool, 5000);
        first.bytes().put(new byte[100]).flip();
        pool.release(first);
        HeldBuffer second = acquire(pool, 6000);
        assertSame(first, second);
        assertEquals(8192, second.bytes().remaining());
    }

    @Test
    void neverHandsOneBufferToTwo() {
        HeldBuffer one = acquire(pool, 1);
        HeldBuffer other = acquire(pool, 1);
        assertNotSame(one, other);
        one.bytes().put(0, (byte) 1);
        other.bytes().put(0, (byte) 2);
        assertEquals(1, one.bytes().get(0));
    }

    @Test
    void takesABufferBackOnce() {
        HeldBuffer buffer = acquire(pool, 1);
        pool.release(buffer);
        assertThrows(IllegalStateException.class, () -> pool.release(buffer));
        assertEquals(0, pool.heldBytes().get());
    }

    @Test
    void handsOutNothingBeyondItsBudget() {
        BufferPool small = new BufferPool(12 * 1024);
        HeldBuffer first = acquire(small, 8192);
        assertNull(small.acquire(4097), "8 KiB and 8 KiB are too much");
        assertNotNull(small.acquire(4096));
        assertNull(small.acquire(1));
        assertEquals(12 * 1024, small.heldBytes().get());
        small.release(first);
        assertNotNull(small.acquire(8192));
    }

    @Test
    void leavesAQuarterOfItsBudgetToOthersThanRelays() {
        BufferPool small = new BufferPool(16 * 1024);
        acquire(small, 8192);
        assertTrue(small.hasRoomToRelay(4096));
        acquire(small, 4096);
        assertFalse(small.hasRoomToRelay(4096));
        assertTrue(small.makeRoomFor(4096));
    }

    private List<HeldBuffer> flood(int bytes) {
        List<HeldBuffer> out = new ArrayList<>();
        for (int i = 0; i < FLOOD_BYTES / bytes; i++) {
            HeldBuffer buffer = acquire(pool, bytes);
            for (int at = 0; at < bytes; at += BufferPool.MIN_BYTES) {
                buffer.bytes().put(at, (byte) 1);
            }
            out.add(buffer);
        }
        assertEquals(FLOOD_BYTES, pool.heldBytes().get());
        assertEquals(FLOOD_BYTES, pool.mappedBytes().get());
        return out;
    }

    /** Of this process, in bytes. */
    private static long resident() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(status -> status.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }

    @ParameterizedTest
    @ValueSource(ints = {4 << 10, 64 << 10, 256 << 10, 1 << 20})
    void givesTheMemoryOfAFloodBackToTheSystem(int bytes) {
        List<HeldBuffer> out = flood(bytes);
        HeldBuffer first = out.getFirst();
        Collections.shuffle(out, new Random(Seed.of(BufferPoolTest.class)));
        out.forEach(pool::release);
        assertEquals(0, pool.heldBytes().get());
        assertTrue(
                pool.mappedBytes().get() <= pool.idleBytesMax(),
                pool.mappedBytes().get() + " bytes mapped");
        assertTrue(pool.touchedBytes() <= pool.mappedBytes().get(), pool.touchedBytes() + " bytes touched");
        pool.close();
        assertEquals(0, pool.mappedBytes().get());
        assertEquals(0, pool.touchedBytes());
        assertThrows(IllegalStateException.class, () -> first.bytes().get(0), "it reaches into memory of others");
    }

    /** One buffer of each slab stays out: that pins its own pages, and not those of the flood. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void stragglersHoldNoMoreThanTheyHave() throws IOException {
        List<HeldBuffer> out = flood(BufferPool.MIN_BYTES);
        int perSlab = Slab.MIN_BYTES / BufferPool.MIN_BYTES;
        long atPeak = resident();
        for (int i = 0; i < out.size(); i++) {
            if (i % perSlab != 0) {
                pool.release(out.get(i));
            }
        }
        assertEquals(FLOOD_BYTES / perSlab, pool.heldBytes().get());
        assertTrue(pool.touchedBytes() <= pool.idleBytesMax(), pool.touchedBytes() + " bytes touched");
        long given = atPeak - resident();
        assertTrue(given > FLOOD_BYTES * 3L / 4, "only " + given + " bytes were given back");
        for (int i = 0; i < out.size(); i += perSlab) {
            assertEquals(1, out.get(i).bytes().get(0), "what is out keeps its bytes");
        }
        HeldBuffer again = acquire(pool, 1);
        again.bytes().put(0, (byte) 3);
        assertEquals(3, again.bytes().get(0));
    }

    /** Elsewhere than on Linux no single page can be given back, but each slab. */
    @Test
    void givesWholeSlabsBackToTheCLibrary() {
        BufferPool other = new BufferPool(1L << 40, new SlabMemory.AllocatedMemory());
        List<HeldBuffer> out = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            out.add(acquire(other, 64 << 10));
        }
        out.forEach(other::release);
        assertTrue(other.mappedBytes().get() <= other.idleBytesMax());
        other.close();
        assertEquals(0, other.mappedBytes().get());
    }

    @Test
    void handsOutNothingWhereTheSystemGivesNone() {
        SlabMemory none = new SlabMemory() {
            @Override
            public @Nullable MemorySegment allocate(long bytes, Arena arena) {
                return null;
            }

            @Override
            public boolean discard(MemorySegment part) {
                return false;
            }
        };
        BufferPool poor = new BufferPool(1 << 20, none);
        assertNull(poor.acquire(1));
        assertNull(poor.acquire(1));
        assertEquals(0, poor.heldBytes().get());
        assertEquals(0, poor.mappedBytes().get());
    }

    /** A connection after another must not cost a system call each, whatever sizes a flood has left behind. */
    @Test
    void keepsWhatIsUsedNowRatherThanWhatWas() {
        flood(64 << 10).forEach(pool::release);
        pool.release(acquire(pool, 1));
        long mapped = pool.mappedBytes().get();
        HeldBuffer same = acquire(pool, 1);
        for (int i = 0; i < 1000; i++) {
            pool.release(same);
            assertSame(same, acquire(pool, 1));
            assertEquals(mapped, pool.mappedBytes().get());
        }
    }

    @Test
    void balancesUnderRandomUse() {
        Random random = new Random(Seed.of(BufferPoolTest.class));
        BufferPool bounded = new BufferPool(4 * 1024 * 1024);
        List<HeldBuffer> out = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextBoolean()) {
                HeldBuffer buffer = bounded.acquire(1 << random.nextInt(20));
                if (buffer != null) {
                    out.add(buffer);
                }
            } else if (!out.isEmpty()) {
                bounded.release(out.remove(random.nextInt(out.size())));
            }
            long held = out.stream().mapToLong(HeldBuffer::capacity).sum();
            assertEquals(held, bounded.heldBytes().get());
            assertTrue(held <= 4 * 1024 * 1024);
            assertTrue(bounded.touchedBytes() >= 0 && bounded.touchedBytes() <= bounded.idleBytesMax());
            assertTrue(held + bounded.touchedBytes() <= bounded.mappedBytes().get());
        }
        out.forEach(bounded::release);
        bounded.close();
        assertEquals(0, bounded.mappedBytes().get());
        assertEquals(0, bounded.touchedBytes());
    }
}
