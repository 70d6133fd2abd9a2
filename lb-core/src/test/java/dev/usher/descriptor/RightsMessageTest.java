package dev.usher.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Bytes as {@code unix(7)} and {@code cmsg(3)} have them on 64-bit Linux. */
class RightsMessageTest {
    private final Arena arena = Arena.ofAuto();

    @SuppressWarnings("restricted") // the length is what the message says
    private MemorySegment control(RightsMessage message) {
        long length = message.header().get(JAVA_LONG, 40);
        return MemorySegment.ofAddress(message.header().get(JAVA_LONG, 32)).reinterpret(length);
    }

    @Test
    void hasTheBytesOfTheKernel() {
        RightsMessage message = RightsMessage.of(arena, List.of(3, 258, 7));
        String bytes = HexFormat.of().formatHex(control(message).toArray(JAVA_BYTE));
        assertEquals(
                "1c00000000000000" + "01000000" + "01000000" + "03000000" + "02010000" + "07000000" + "00000000",
                bytes);
        assertEquals(1, message.header().get(JAVA_LONG, 24), "a vector");
        assertEquals(0, message.flags());
    }

    @Test
    void readsItsOwn() {
        List<Integer> most =
                IntStream.range(0, DescriptorMail.MOST_AT_ONCE).boxed().toList();
        assertEquals(most, RightsMessage.of(arena, most).descriptors());
        assertEquals(List.of(), RightsMessage.of(arena, List.of()).descriptors());
    }

    @Test
    void readsNoFurtherThanTheKernelHasWritten() {
        RightsMessage message = RightsMessage.of(arena, List.of(3, 4, 5));
        message.header().set(JAVA_LONG, 40, 16L + 2 * Integer.BYTES); // a control message that was cut
        assertEquals(List.of(3, 4), message.descriptors());
        message.header().set(JAVA_LONG, 40, 15L);
        assertEquals(List.of(), message.descriptors());
        message.header().set(JAVA_LONG, 40, 0L);
        assertEquals(List.of(), message.descriptors());
    }

    @Test
    void takesNoOtherControlMessageForDescriptors() {
        RightsMessage message = RightsMessage.of(arena, List.of(3));
        control(message).set(JAVA_INT, 12, 2); // SCM_CREDENTIALS
        assertEquals(List.of(), message.descriptors());
        message = RightsMessage.of(arena, List.of(3));
        control(message).set(JAVA_LONG, 0, Long.MAX_VALUE); // longer than its room
        assertEquals(List.of(3, 0), message.descriptors(), "no further than its room");
    }
}
