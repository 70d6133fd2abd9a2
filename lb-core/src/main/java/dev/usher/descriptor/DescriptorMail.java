package dev.usher.descriptor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Passes descriptors over the only unix socket between two processes ({@code SCM_RIGHTS}, {@code unix(7)}).
 * Each message is a byte with some descriptors. No other thread may read or write the socket meanwhile.
 */
public final class DescriptorMail {
    /** The kernel takes no more in a message ({@code SCM_MAX_FD}). */
    static final int MOST_AT_ONCE = 253;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_CTRUNC = 8;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;
    /** A message is a byte, and the receiver waits. */
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(5);

    private static final MethodHandle SENDMSG = SocketCalls.function("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RECVMSG = SocketCalls.function("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle POLL = SocketCalls.function("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

    private DescriptorMail() {}

    /**
     * Sends descriptors. The descriptors stay open here.
     *
     * @param peer number of the process at the other end
     */
    public static void send(long peer, List<Integer> descriptors) throws IOException {
        int socket = socketTo(peer);
        for (int from = 0; from < descriptors.size(); from += MOST_AT_ONCE) {
            sendSome(socket, descriptors.subList(from, Math.min(descriptors.size(), from + MOST_AT_ONCE)));
        }
    }

    private static void sendSome(int socket, List<Integer> descriptors) throws IOException {
        await(socket, POLLOUT, SEND_PATIENCE);
        try (Arena arena = Arena.ofConfined()) {
            RightsMessage message = RightsMessage.of(arena, descriptors);
            long sent = (long) SENDMSG.invokeExact(socket, message.header(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent != 1) {
                throw new IOException("the kernel does not pass the descriptors on");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * Receives descriptors, in the order of {@link #send}; programs started by this process do not get the descriptors.
     *
     * @param patience for each message
     * @throws IOException if a descriptor is missing in time; then no descriptor is open
     */
    public static List<Integer> receive(long peer, int count, Duration patience) throws IOException {
        int socket = socketTo(peer);
        List<Integer> received = new ArrayList<>();
        try {
            while (received.size() < count) {
                await(socket, POLLIN, patience);
                receiveSome(socket, received);
            }
            return received;
        } catch (IOException | RuntimeException | Error e) {
            received.forEach(SocketCalls::close);
            throw e;
        }
    }

    private static void receiveSome(int socket, List<Integer> into) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            RightsMessage message = RightsMessage.room(arena, MOST_AT_ONCE);
            long bytes = (long) RECVMSG.invokeExact(socket, message.header(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
            into.addAll(message.descriptors());
            if (bytes <= 0 || message.descriptors().isEmpty()) {
                throw new IOException("the other process has sent no descriptors");
            }
            if ((message.flags() & MSG_CTRUNC) != 0) {
                throw new IOException("this process may open too few descriptors (ulimit -n, LimitNOFILE)");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The descriptor of the only connection with the process: the kernel knows the process at the other end. */
    private static int socketTo(long peer) throws IOException {
        List<Integer> found = SocketCalls.descriptors().stream()
                .filter(descriptor -> SocketCalls.peer(descriptor) == peer && !SocketCalls.listens(descriptor))
                .toList();
        if (found.size() != 1) {
            throw new IOException(
                    found.isEmpty()
                            ? "process " + peer + " is not at the other end, or in another container"
                            : "process " + peer + " has " + found.size() + " connections with this process");
        }
        return found.getFirst();
    }

    private static void await(int socket, short event, Duration patience) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(JAVA_LONG); // struct pollfd: descriptor, events wanted, events
            entry.set(JAVA_INT, 0, socket);
            entry.set(JAVA_SHORT, Integer.BYTES, event);
            int millis = (int) patience.toMillis();
            int ready = (int) POLL.invokeExact(entry, 1L, millis);
            if (ready <= 0) {
                throw new IOException("the other process does not " + (event == POLLIN ? "send" : "take")
                        + " the descriptors in time");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
