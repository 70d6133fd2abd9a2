package dev.usher.epoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.epoll.FaultyRing.Fault;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of outputs that go to the kernel together, whatever the kernel makes of them. */
@SuppressWarnings("try") // a close in the middle is what some tests are about
class RingTest extends EpollWithPeers {
    private static final long PATIENCE_MILLIS = 10_000;
    private static final byte[] BYTES = "some bytes".getBytes(StandardCharsets.US_ASCII);

    /** The fault of each output, in this thread. */
    private static final ThreadLocal<Function<Output, Fault>> FAULTS = ThreadLocal.withInitial(() -> _ -> Fault.NONE);

    @BeforeAll
    static void needsRings() {
        Rings.need();
    }

    @Override
    EpollProvider provider() {
        FAULTS.remove();
        return new EpollProvider(calls ->
                new Outputs(calls, new FaultyRing(calls, output -> FAULTS.get().apply(output)), Together.ALL));
    }

    private static void sendsAre(Fault fault) {
        FAULTS.set(output -> output.kind() == Output.Kind.SEND ? fault : Fault.NONE);
    }

    /** Writes within a turn, where the bytes are given to the ring. */
    private SelectionKey writeInTurn(SocketChannel channel, ByteBuffer bytes) throws IOException {
        SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
        turnUntil(ready -> {
            if (!ready.equals(key)) {
                return false;
            }
            assertEquals(0, channel.write(bytes), "not counted before the kernel has answered");
            return true;
        });
        return key;
    }

    private void writeRest(SelectionKey key, ByteBuffer bytes) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        turnUntil(ready -> ready.equals(key) && channel.write(bytes) >= 0 && !bytes.hasRemaining());
    }

    private byte[] readWhileTurning(Socket peer) throws IOException {
        List<byte[]> read = new ArrayList<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                read.add(peer.getInputStream().readAllBytes());
            } catch (IOException e) {
                read.add(e.toString().getBytes(StandardCharsets.US_ASCII));
            }
        });
        while (reader.isAlive()) {
            selector.select(_ -> {}, 10);
        }
        return read.getFirst();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SHORT", "LATE", "NOT_TAKEN"})
    void bytesAreSentOnceAndCountedOnce(Fault fault) throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            sendsAre(fault);
            ByteBuffer bytes = ByteBuffer.wrap(BYTES);
            SelectionKey key = writeInTurn(channel, bytes);
            writeRest(key, bytes);
            channel.close();

            assertArrayEquals(BYTES, peer.getInputStream().readAllBytes());
        }
    }

    @Test
    void aLateAnswerEndsTheWait() throws IOException {
        try (Socket _ = peer();
                SocketChannel channel = accept()) {
            sendsAre(Fault.LATE);
            long begun = System.nanoTime();
            for (int i = 0; i < 20; i++) { // the kernel may answer before the wait begins, but not each time
                ByteBuffer bytes = ByteBuffer.wrap(BYTES);
                writeInTurn(channel, bytes);
                while (bytes.hasRemaining()) {
                    selector.select(_ -> assertDoesNotThrow(() -> channel.write(bytes)), PATIENCE_MILLIS);
                }
            }
            assertTrue(System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS));
        }
    }

    @Test
    void aShortSendSaysHowShort() throws IOException {
        try (Socket _ = peer();
                SocketChannel channel = accept()) {
            sendsAre(Fault.SHORT);
            ByteBuffer bytes = ByteBuffer.wrap(BYTES);
            SelectionKey key = writeInTurn(channel, bytes);
            turnUntil(ready -> ready.equals(key) && channel.write(bytes) == BYTES.length / 2);
            assertEquals(BYTES.length - BYTES.length / 2, bytes.remaining());
        }
    }

    @Test
    void aFailedSendIsAnErrorOfTheNextWrite() throws IOException {
        try (Socket _ = peer();
                SocketChannel channel = accept()) {
            sendsAre(Fault.FAILED);
            ByteBuffer bytes = ByteBuffer.wrap(BYTES);
            SelectionKey key = writeInTurn(channel, bytes);

            assertThrows(SocketException.class, () -> writeRest(key, bytes));
            assertEquals(BYTES.length, bytes.remaining());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "LATE"})
    void aCloseWaitsForBytesOfItsTurn(Fault fault) throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            sendsAre(fault);
            writeInTurn(channel, ByteBuffer.wrap(BYTES));
            channel.close();

            assertArrayEquals(BYTES, readWhileTurning(peer));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "LATE"})
    void anEndWaitsForBytesOfItsTurn(Fault fault) throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            sendsAre(fault);
            writeInTurn(channel, ByteBuffer.wrap(BYTES));
            channel.shutdownOutput();
            turnUntil(SelectionKey::isWritable);

            assertArrayEquals(BYTES, peer.getInputStream().readAllBytes());
        }
    }

    @Test
    void aClosedSelectorHasSentEverything() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            sendsAre(Fault.LATE);
            writeInTurn(channel, ByteBuffer.wrap(BYTES));
            channel.close();
            selector.close();

            assertArrayEquals(BYTES, peer.getInputStream().readAllBytes());
        }
    }

    @Test
    void otherBytesTakeThePlaceOfBytesThatNobodyHasSeen() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            writeInTurn(channel, ByteBuffer.wrap("forgotten".getBytes(StandardCharsets.US_ASCII)));
            assertEquals(BYTES.length, channel.write(ByteBuffer.wrap(BYTES)));
            selector.selectNow(_ -> {});
            channel.close();

            assertArrayEquals(BYTES, peer.getInputStream().readAllBytes());
        }
    }

    @Test
    void roomIsToldAfterBytesThatNobodyHasSeen() throws Exception {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            int[] written = {0};
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            turnUntil(ready -> {
                assertEquals(0, channel.write(ByteBuffer.wrap(BYTES)));
                for (int more = channel.write(buffer.clear()); more > 0; more = channel.write(buffer.clear())) {
                    written[0] += more;
                }
                return true;
            });
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    peer.getInputStream().readNBytes(written[0]);
                } catch (IOException gone) {
                    // The test has failed, and says why.
                }
            });
            turnUntil(ready -> ready.equals(key) && ready.isWritable());
            reader.join();
        }
    }

    @Test
    void anEndIsToldAfterBytesThatNobodyHasSeen() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            peer.shutdownOutput();
            channel.register(selector, SelectionKey.OP_READ);
            turnUntil(ready -> {
                assertEquals(0, channel.write(ByteBuffer.wrap("forgotten".getBytes(StandardCharsets.US_ASCII))));
                assertEquals(0, channel.read(buffer.clear()), "no end before the kernel has answered");
                assertEquals(BYTES.length, channel.write(ByteBuffer.wrap(BYTES)));
                return true;
            });

            assertEquals(0, readToEnd(channel).length);
        }
    }

    /** A send hears of a RST in place of the read, which finds the end then. */
    @ParameterizedTest
    @EnumSource(names = {"NONE", "LATE"})
    void aResetIsNoEndThoughBytesAreUnderWay(Fault fault) throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            sendsAre(fault);
            ByteBuffer bytes = ByteBuffer.wrap(BYTES);
            writeInTurn(channel, bytes);
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            peer.close();

            SocketException reset = assertThrows(SocketException.class, () -> readToEnd(channel));
            assertEquals("Connection reset", reset.getMessage());
        }
    }

    /** Connections, their bytes and ends, where the kernel does as it likes. */
    @Test
    void manyArriveWhole() throws IOException {
        Random random = new Random(5);
        Fault[] any = {Fault.NONE, Fault.SHORT, Fault.LATE, Fault.NOT_TAKEN};
        FAULTS.set(_ -> any[random.nextInt(any.length)]);
        for (int round = 0; round < 5; round++) {
            List<Socket> peers = new ArrayList<>();
            List<ByteBuffer> rests = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                peers.add(peer());
                byte[] bytes = new byte[1 + random.nextInt(2 * Output.BYTES)];
                random.nextBytes(bytes);
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                rests.add(rest);
                accept().register(selector, SelectionKey.OP_WRITE, rest);
            }
            int[] left = {peers.size()};
            turnUntil(ready -> {
                if (!(ready.attachment() instanceof ByteBuffer rest)) {
                    return false;
                }
                SocketChannel channel = (SocketChannel) ready.channel();
                channel.write(rest);
                if (!rest.hasRemaining()) {
                    channel.close();
                    left[0]--;
                }
                return left[0] == 0;
            });
            selector.selectNow(_ -> {});
            for (int i = 0; i < peers.size(); i++) {
                assertArrayEquals(
                        rests.get(i).array(), peers.get(i).getInputStream().readAllBytes());
                peers.get(i).close();
            }
        }
    }

    @Test
    void aKeyThatCannotBeWatchedHoldsUpNoOther() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept();
                Socket _ = peer();
                SocketChannel other = accept()) {
            FAULTS.set(output -> output.kind() == Output.Kind.WATCH ? Fault.FAILED : Fault.NONE);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            other.register(selector, SelectionKey.OP_WRITE);
            List<SelectionKey> served = new ArrayList<>();
            IOException told = assertThrows(IOException.class, () -> selector.select(served::add, PATIENCE_MILLIS));
            assertTrue(String.valueOf(told.getMessage()).contains("max_user_watches"), told::toString);
            assertEquals(List.of(other.keyFor(selector)), served);
            assertEquals(1, selector.selectNow(_ -> {}), "told once");

            FAULTS.remove();
            peer.getOutputStream().write(1);
            turnUntil(ready -> ready.equals(key) && ready.isReadable());
        }
    }

    /** A wait without an end has to ask again as well, and tries that fail must not take a core. */
    @Test
    void aKeyThatCannotBeWatchedIsAskedForAgainAfterAMoment() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            int[] tries = {0};
            FAULTS.set(output -> output.kind() == Output.Kind.WATCH && tries[0]++ < 3 ? Fault.FAILED : Fault.NONE);
            peer.getOutputStream().write(1);
            channel.register(selector, SelectionKey.OP_READ);
            assertThrows(IOException.class, () -> selector.select(_ -> {}));
            int turns = 0;
            for (int served = 0; served == 0; turns++) {
                served = selector.select(_ -> {});
            }
            assertEquals(4, tries[0]);
            assertTrue(turns < 10, "a busy loop: " + turns);
        }
    }

    @Test
    void aCloseThatTheRingRefusesIsDoneAllTheSame() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            FAULTS.set(output -> output.kind() == Output.Kind.CLOSE ? Fault.FAILED : Fault.NONE);
            channel.register(selector, SelectionKey.OP_WRITE);
            turnUntil(_ -> {
                channel.close();
                return true;
            });
            selector.selectNow(_ -> {});

            assertEquals(-1, peer.getInputStream().read());
        }
    }

    @Test
    void aSelectorThatIsRefusedLeavesNothingOpen() throws IOException {
        boolean[] refuses = {false};
        EpollProvider some = new EpollProvider(calls -> {
            if (refuses[0]) {
                throw new IOException("refused");
            }
            return new Outputs(calls, new Ring(calls), Together.ALL);
        });
        refuses[0] = true;
        List<String> before = selectorFiles();
        assertThrows(IOException.class, some::openSelector);
        assertEquals(before, selectorFiles());
    }

    /** What selectors of this process have open. */
    private static List<String> selectorFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.map(RingTest::target)
                    .filter(target -> target.startsWith("anon_inode:"))
                    .sorted()
                    .toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    /** The number of outputs in a turn is limited, and what is beyond is sent at once. */
    @Test
    void whatFindsNoRoomIsSentAtOnce() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            byte[] many = new byte[Output.BYTES + 1];
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            turnUntil(ready -> ready.equals(key) && channel.write(ByteBuffer.wrap(many)) == many.length);
            assertEquals(many.length, peer.getInputStream().readNBytes(many.length).length);
        }
    }
}
