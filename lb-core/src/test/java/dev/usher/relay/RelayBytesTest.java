package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.metrics.Totals;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Every byte arrives, in order, and so does the way in which each side ends. */
class RelayBytesTest {
    private static final int MIB = 1024 * 1024;

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends so many random bytes in writes of random sizes, then a FIN. */
    private static byte[] sendRandom(TestPeer peer, long bytes, long seed) throws IOException {
        Random random = new Random(seed);
        MessageDigest digest = sha256();
        for (long left = bytes; left > 0; ) {
            byte[] piece = new byte[(int) Math.min(left, 1 + random.nextInt(random.nextInt(10) == 0 ? 200_000 : 3000))];
            random.nextBytes(piece);
            peer.send(piece);
            digest.update(piece);
            left -= piece.length;
        }
        peer.halfClose();
        return digest.digest();
    }

    /** Reads so many bytes, then the FIN. */
    private static byte[] digestOfRest(TestPeer peer, long bytes) throws IOException {
        MessageDigest digest = sha256();
        byte[] piece = new byte[100_000];
        long come = 0;
        for (int count = peer.socket().getInputStream().read(piece);
                count >= 0;
                count = peer.socket().getInputStream().read(piece)) {
            digest.update(piece, 0, count);
            come += count;
        }
        assertEquals(bytes, come);
        return digest.digest();
    }

    /** A digest that another thread works out. */
    private static final class Background {
        private final AtomicReference<byte[]> result = new AtomicReference<>();
        private final Thread thread;

        @FunctionalInterface
        private interface Work {
            byte[] run() throws IOException;
        }

        Background(Work work) {
            thread = Thread.ofPlatform().start(() -> {
                try {
                    result.set(work.run());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }

        byte[] result() throws InterruptedException {
            thread.join(20_000);
            return java.util.Objects.requireNonNull(result.get(), "the work failed");
        }
    }

    /** A session may last for days: who looks at the totals wants to see what it moves meanwhile. */
    @Test
    void countWhileTheSessionIsOpen() throws Exception {
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send(new byte[1000]);
                    client.read(500);
                    client.halfClose();
                });
                TestUsher usher = TestUsher.of(backend).start()) {
            try (TestPeer client = usher.connect()) {
                client.send(hello());
                client.read(1000);
                Await.until(() -> usher.balancer().looks().totals().sentBytes() == 1000, "what was sent is counted");
                Totals before = usher.balancer().looks().totals();
                assertEquals(1, before.open());
                assertEquals(1, before.accepted());
                assertEquals(helloBytes(), before.receivedBytes());
                assertEquals(1, before.hello().getTotalCount());
                assertEquals(1, before.connect().getTotalCount());
                assertEquals(1, before.firstByte().getTotalCount());
                client.send(new byte[500]);
                assertEquals(Ending.FIN, client.ending());
            }
            usher.ended(CloseReason.COMPLETED);
            Totals after = usher.balancer().looks().totals();
            assertEquals(helloBytes() + 500, after.receivedBytes());
            assertEquals(1L, after.ended().get("completed"));
        }
    }

    @Test
    void arriveWholeBothWaysAtOnce() throws Exception {
        long up = 40L * MIB + 17;
        long down = 48L * MIB + 3;
        AtomicReference<byte[]> sentDown = new AtomicReference<>();
        AtomicReference<byte[]> receivedUp = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    Background sending = new Background(() -> sendRandom(client, down, 1));
                    receivedUp.set(digestOfRest(client, up));
                    try {
                        sentDown.set(sending.result());
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                });
                TestUsher usher = TestUsher.of(backend).start()) {
            try (TestPeer client = usher.connect()) {
                client.send(hello());
                Background sending = new Background(() -> sendRandom(client, up, 2));
                byte[] receivedDown = digestOfRest(client, down);
                byte[] sentUp = sending.result();
                SessionEnd end = usher.ended(CloseReason.COMPLETED);
                Await.until(() -> sentDown.get() != null, "the backend is done, with reading too");
                assertArrayEquals(sentUp, receivedUp.get());
                assertArrayEquals(sentDown.get(), receivedDown);
                assertEquals(up + helloBytes(), end.bytesIn());
                assertEquals(down, end.bytesOut());
            }
            assertEquals(up + helloBytes(), usher.backend(backend).bytesIn());
            assertEquals(down, usher.backend(backend).bytesOut());
        }
    }

    /** The FIN overtakes nothing: what was sent before it comes first, and the other direction goes on for long after. */
    @Test
    void followTheClientsFinWithTheBackendsDataStillToCome() throws Exception {
        try (TestBackend backend = TestBackend.start(client -> {
                    byte[] all = client.readToEnd(); // only the FIN ends this
                    client.send(sha256().digest(all));
                    client.send(new byte[3 * MIB]);
                    client.send(sha256().digest(all));
                });
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            byte[] upload = new byte[5 * MIB];
            new Random(3).nextBytes(upload);
            client.send(upload).halfClose();
            byte[] answer = client.readToEnd();
            assertEquals(3 * MIB + 64, answer.length);
            byte[] expected = sha256().digest(dev.usher.tls.HelloBuilder.concat(Hellos.bytes(hello()), upload));
            assertArrayEquals(expected, java.util.Arrays.copyOf(answer, 32));
            assertArrayEquals(expected, java.util.Arrays.copyOfRange(answer, answer.length - 32, answer.length));
            usher.ended(CloseReason.COMPLETED);
        }
    }

    @Test
    void followTheBackendsFinWithTheClientsDataStillToCome() throws Exception {
        byte[] greeting = new byte[2 * MIB];
        new Random(4).nextBytes(greeting);
        AtomicReference<byte[]> received = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send(greeting).halfClose();
                    received.set(client.readToEnd());
                });
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            assertArrayEquals(greeting, client.readToEnd()); // the backend's FIN is here, ours is not sent
            byte[] upload = new byte[5 * MIB];
            new Random(5).nextBytes(upload);
            client.send(upload).halfClose();
            usher.ended(CloseReason.COMPLETED);
            Await.until(() -> received.get() != null, "the backend has it all");
            assertArrayEquals(upload, received.get());
        }
    }

    /** Both FINs are sent while data is stuck in both directions; nothing of it may be lost. */
    @Test
    void surviveFinsThatComeWhileBothReadersStall() throws Exception {
        CountDownLatch readOn = new CountDownLatch(1);
        long bytes = 16L * MIB;
        AtomicReference<byte[]> sentDown = new AtomicReference<>();
        AtomicReference<byte[]> receivedUp = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    Background sending = new Background(() -> sendRandom(client, bytes, 6));
                    TestBackend.await(readOn);
                    receivedUp.set(digestOfRest(client, bytes));
                    try {
                        sentDown.set(sending.result());
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                });
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            Background sending = new Background(() -> sendRandom(client, bytes, 7));
            Await.until(() -> usher.heldBytes() > 0, "a direction is stuck");
            readOn.countDown();
            byte[] receivedDown = digestOfRest(client, bytes);
            byte[] sentUp = sending.result();
            usher.ended(CloseReason.COMPLETED);
            Await.until(() -> sentDown.get() != null, "the backend is done");
            assertArrayEquals(sentUp, receivedUp.get());
            assertArrayEquals(sentDown.get(), receivedDown);
        }
    }

    /** What a reader that stalls keeps is one buffer, however much is sent to it; and others do not notice. */
    @Test
    void waitForAReaderThatStallsWithoutPilingUp() throws Exception {
        long bytes = 64L * MIB;
        AtomicReference<byte[]> sent = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    int first = client.read(1)[0];
                    if (first == 1) {
                        sent.set(sendRandom(client, bytes, 8));
                    } else {
                        TestBackend.ECHO.serve(client);
                    }
                });
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer stalled = TestPeer.connect(usher.address(), 8192)) {
            stalled.send(hello()).send((byte) 1);
            Await.until(() -> usher.heldBytes() > 0, "the session stalls");
            for (int i = 0; i < 200; i++) {
                try (TestPeer other = usher.connect()) {
                    other.send(hello()).send((byte) 2).send(new byte[1000]).halfClose();
                    assertEquals(1000, other.readToEnd().length);
                    assertEquals(CloseReason.COMPLETED, usher.nextEnd().reason());
                }
                assertTrue(usher.heldBytes() <= 256 * 1024 + 2 * 4096, usher.heldBytes() + " bytes held");
            }
            Await.until(
                    () -> usher.balancer().looks().openSessions() == 1, "the others are over"); // told before it counts
            byte[] received = digestOfRest(stalled, bytes);
            stalled.halfClose();
            usher.ended(CloseReason.COMPLETED);
            Await.until(() -> sent.get() != null, "the backend is done");
            assertArrayEquals(sent.get(), received);
        }
    }

    @Test
    void restWithoutATurnOfTheLoop() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer atRest = usher.connect();
                TestPeer halfClosed = usher.connect();
                TestPeer unfinished = usher.connect()) {
            atRest.send(hello()).read(helloBytes());
            halfClosed.send(hello()).read(helloBytes());
            unfinished.send(hello().limit(9));
            usher.awaitOpen(3);
            Await.until(() -> usher.heldBytes() == 4096, "the unfinished hello holds a buffer, and nothing else does");
            long before = usher.turns();
            atRest.send((byte) 1).read(1);
            long turns = usher.turns() - before;
            assertTrue(turns > 0 && turns < 20, turns + " turns for one byte and its echo");
        }
    }

    /** A FIN that was read leaves nothing to wake up for: level-triggered readiness of it would spin. */
    @Test
    void doNotSpinBehindAFin() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1).halfClose();
                    client.read(1);
                    TestBackend.await(done);
                });
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect();
                TestPeer other = usher.connect()) {
            client.send(hello());
            assertEquals(1, client.readToEnd().length);
            client.send((byte) 1);
            backend.connection(0);
            long before = usher.turns();
            other.send(hello().limit(20));
            for (int i = 0; i < 20; i++) {
                other.send((byte) 0); // each is a turn of its own at most
            }
            Await.until(() -> usher.turns() > before, "the loop has turned");
            assertTrue(usher.turns() - before < 100, usher.turns() - before + " turns");
            done.countDown();
        }
    }

    @Test
    void endInAResetIfTheClientResets() throws Exception {
        AtomicReference<Ending> seen = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1);
                    seen.set(client.ending());
                });
                TestUsher usher = TestUsher.of(backend).start()) {
            TestPeer client = usher.connect();
            client.send(hello()).read(1);
            client.reset();
            usher.ended(CloseReason.CLIENT_RESET);
            Await.until(() -> seen.get() != null, "the backend's connection ended");
            assertEquals(Ending.RST, seen.get());
        }
    }

    @Test
    void endInAResetIfTheBackendResets() throws Exception {
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1);
                    client.read(1);
                    client.reset();
                });
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect()) {
            client.send(hello()).read(1);
            client.send((byte) 1);
            assertEquals(Ending.RST, client.ending());
            usher.ended(CloseReason.BACKEND_RESET);
        }
    }

    /** It has said all, and is gone: whatever comes after (the close_notify of most clients) is no fault of the session. */
    @Test
    void areCompleteIfTheBackendResetsWhatComesAfterItsFin() throws Exception {
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> client.send((byte) 1));
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            assertArrayEquals(new byte[] {1}, client.readToEnd());
            backend.awaitScripts();
            Await.until(() -> isRefused(client, (byte) 1), "the client was told that nobody is there any more");
            usher.ended(CloseReason.COMPLETED);
        }
    }

    private static boolean isRefused(TestPeer client, byte said) {
        try {
            client.send(said);
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Its buffers are full and it does not read: its RST must be noticed all the same, and at once. */
    @Test
    void endInAResetIfAStalledClientResets() throws Exception {
        AtomicReference<IOException> seen = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    try {
                        while (true) {
                            client.send(new byte[MIB]);
                        }
                    } catch (IOException e) {
                        seen.set(e);
                    }
                });
                TestUsher usher = TestUsher.of(backend).start()) {
            TestPeer client = TestPeer.connect(usher.address(), 8192);
            client.send(hello());
            Await.until(() -> usher.heldBytes() > 0, "the session stalls");
            client.reset();
            usher.ended(CloseReason.CLIENT_RESET);
            Await.until(() -> seen.get() != null, "the backend cannot write");
        }
    }

    /** The client resets while the backend does not read; once it reads, it gets a RST and no FIN. */
    @Test
    void endInAResetAlsoBehindBytesThatWait() throws Exception {
        CountDownLatch readOn = new CountDownLatch(1);
        AtomicReference<Ending> seen = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1);
                    TestBackend.await(readOn);
                    seen.set(client.ending());
                });
                TestUsher usher = TestUsher.of(backend).start()) {
            TestPeer client = usher.connect();
            client.send(hello()).read(1);
            Background sending = new Background(() -> {
                assertThrows(IOException.class, () -> {
                    while (true) {
                        client.send(new byte[MIB]);
                    }
                });
                return new byte[0];
            });
            Await.until(() -> usher.heldBytes() > 0, "the session stalls");
            client.reset();
            sending.result();
            usher.ended(CloseReason.CLIENT_RESET); // although nothing more is read of it, nor written to it
            readOn.countDown();
            Await.until(() -> seen.get() != null, "the backend's connection ended");
            assertEquals(Ending.RST, seen.get());
        }
    }

    /** After its FIN a client can still break off, which the backend learns when it writes. */
    @Test
    void endInAResetIfTheClientIsGoneBehindItsFin() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        AtomicReference<IOException> seen = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1);
                    client.readToEnd();
                    TestBackend.await(gone);
                    try {
                        while (true) {
                            client.send(new byte[1000]);
                        }
                    } catch (IOException e) {
                        seen.set(e);
                    }
                });
                TestUsher usher = TestUsher.of(backend).start()) {
            TestPeer client = usher.connect();
            client.send(hello()).read(1);
            client.halfClose();
            client.close(); // from here on the kernel answers whatever comes with a RST
            gone.countDown();
            usher.ended(CloseReason.CLIENT_RESET);
            Await.until(() -> seen.get() != null, "the backend cannot write");
        }
    }
}
