package dev.usher.descriptor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code msghdr} of 64-bit Linux, with a byte and a control message of type {@code SCM_RIGHTS}:
 *
 * <pre>
 *   msghdr    0 name  8 name's length  16 iovec  24 iovecs  32 control  40 control's length  48 flags
 *   cmsghdr   0 length with this header  8 level  12 type  16 descriptors, an int each
 * </pre>
 */
final class RightsMessage {
    private static final long HEADER_BYTES = 56;
    private static final long VECTOR = 16;
    private static final long VECTORS = 24;
    private static final long CONTROL = 32;
    private static final long CONTROL_BYTES = 40;
    private static final long FLAGS = 48;

    private static final long LEVEL = 8;
    private static final long TYPE = 12;
    private static final long DATA = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private final MemorySegment header;
    private final MemorySegment control;

    private RightsMessage(Arena arena, int most) {
        this.header = arena.allocate(HEADER_BYTES, Long.BYTES);
        this.control = arena.allocate(padded(DATA + (long) most * Integer.BYTES), Long.BYTES);
        MemorySegment vector = arena.allocate(2L * Long.BYTES, Long.BYTES);
        vector.set(ADDRESS, 0, arena.allocate(JAVA_BYTE));
        vector.set(JAVA_LONG, Long.BYTES, 1);
        header.set(ADDRESS, VECTOR, vector);
        header.set(JAVA_LONG, VECTORS, 1);
        header.set(ADDRESS, CONTROL, control);
        header.set(JAVA_LONG, CONTROL_BYTES, control.byteSize());
    }

    private static long padded(long bytes) {
        return (bytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }

    /** A message to send. */
    static RightsMessage of(Arena arena, List<Integer> descriptors) {
        RightsMessage message = new RightsMessage(arena, descriptors.size());
        message.control.set(JAVA_LONG, 0, DATA + (long) descriptors.size() * Integer.BYTES);
        message.control.set(JAVA_INT, LEVEL, SOL_SOCKET);
        message.control.set(JAVA_INT, TYPE, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
            message.control.set(JAVA_INT, DATA + (long) i * Integer.BYTES, descriptors.get(i));
        }
        return message;
    }

    /** Room for a message to receive. */
    static RightsMessage room(Arena arena, int most) {
        return new RightsMessage(arena, most);
    }

    MemorySegment header() {
        return header;
    }

    int flags() {
        return header.get(JAVA_INT, FLAGS);
    }

    /** The received descriptors, as far as written by the kernel; of the first control message alone. */
    List<Integer> descriptors() {
        List<Integer> found = new ArrayList<>();
        long written = Math.min(header.get(JAVA_LONG, CONTROL_BYTES), control.byteSize());
        if (written < DATA || control.get(JAVA_INT, LEVEL) != SOL_SOCKET || control.get(JAVA_INT, TYPE) != SCM_RIGHTS) {
            return found;
        }
        long end = Math.min(control.get(JAVA_LONG, 0), written);
        for (long at = DATA; at + Integer.BYTES <= end; at += Integer.BYTES) {
            found.add(control.get(JAVA_INT, at));
        }
        return found;
    }
}
