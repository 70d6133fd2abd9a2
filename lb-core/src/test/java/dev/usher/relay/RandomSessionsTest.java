package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Seed;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever two peers do, what arrives is a prefix of what was sent; a FIN is seen only behind the last byte; and
 * if neither peer broke off, all arrives. Method: sessions at once, each with a random schedule of writes, reads,
 * stalls and an ending on either side, drawn from a seed. The bytes are a function of the session, the direction and
 * the offset, so that a reader knows each byte without asking the writer.
 */
class RandomSessionsTest {
    private static final int SESSIONS = 120;
    private static final int MAX_STEPS = 40;

    private enum Seen {
        FIN,
        BREAK
    }

    /** What one peer does, and what came of it. */
    private static final class Script {
        private final Random random;
        private final long key;
        private final boolean breaksOff;
        private final boolean pausesOften;
        private volatile long sent;
        private volatile boolean sentAll;
        private volatile boolean sawBreak;
        private long received;

        Script(long seed) {
            this.key = seed;
            this.random = new Random(seed);
            this.breaksOff = random.nextInt(4) == 0;
            this.pausesOften = random.nextInt(3) == 0;
        }

        /** Writes, and ends with a FIN or by breaking off. */
        Void write(TestPeer peer) throws IOException {
            Random choices = new Random(key + 1);
            long total = 0;
            int steps = choices.nextInt(MAX_STEPS);
            try {
                for (int i = 0; i < steps; i++) {
                    byte[] piece = new byte[1 + choices.nextInt(choices.nextInt(5) == 0 ? 400_000 : 2000)];
                    fill(piece, piece.length, key, total);
                    peer.send(piece);
                    total += piece.length;
                    sent = total;
                    pause(choices);
                }
                if (breaksOff) {
                    peer.reset();
                } else {
                    peer.halfClose();
                    sentAll = true;
                }
            } catch (SocketException brokenByTheOther) {
                // The kernel tells of a RST once: to this write, and then the reader sees what looks like a FIN.
                sawBreak = true;
            }
            return null;
        }

        /** Reads what the other peer's script writes, up to its end. */
        Seen read(TestPeer peer, long otherKey) throws IOException {
            Random choices = new Random(key + 2);
            byte[] piece = new byte[100_000];
            byte[] expected = new byte[100_000];
            try {
                while (true) {
                    int count = peer.socket().getInputStream().read(piece, 0, 1 + choices.nextInt(piece.length));
                    if (count < 0) {
                        return Seen.FIN;
                    }
                    fill(expected, count, otherKey, received);
                    assertTrue(
                            Arrays.equals(expected, 0, count, piece, 0, count),
                            "bytes from " + received + " on are not those that were sent");
                    received += count;
                    pause(choices);
                }
            } catch (SocketException broken) {
                return Seen.BREAK;
            }
        }

        @Override
        public String toString() {
            return "(breaks off " + breaksOff + ", sent " + sent + (sentAll ? ", all" : "") + ", received " + received
                    + ")";
        }

        private void pause(Random choices) {
            if (choices.nextInt(pausesOften ? 4 : 20) == 0) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(choices.nextInt(5000)));
            }
        }

        private static void fill(byte[] bytes, int count, long key, long offset) {
            for (int i = 0; i < count; i++) {
                long at = offset + i;
                bytes[i] = (byte) ((at * 31 + (at >>> 8) * 17 + (at >>> 16) * 7 + key) & 255);
            }
        }
    }

    /** Both ends of one session. */
    private static final class Pair {
        private final Script client;
        private final Script backend;
        private volatile Seen seenByClient = Seen.BREAK;
        private volatile Seen seenByBackend = Seen.BREAK;

        Pair(Random seeds) {
            this.client = new Script(seeds.nextLong());
            this.backend = new Script(seeds.nextLong());
        }

        @Override
        public String toString() {
            return "client " + client + " saw " + seenByClient + ", backend " + backend + " saw " + seenByBackend;
        }

        void check() {
            checkDirection("up", client, backend, seenByBackend);
            checkDirection("down", backend, client, seenByClient);
        }

        private void checkDirection(String way, Script from, Script to, Seen seen) {
            String direction = way + " of " + this;
            assertTrue(!from.sentAll || to.received <= from.sent, direction + ": more arrived than was sent");
            if (seen == Seen.FIN && !to.sawBreak) {
                assertTrue(from.sentAll, direction + ": a FIN that nobody sent");
                assertEquals(from.sent, to.received, direction + ": the FIN came before the last byte");
            }
            if (!client.breaksOff && !backend.breaksOff) {
                assertTrue(seen == Seen.FIN && !to.sawBreak, direction + ": a break that nobody made");
            }
        }
    }

    @Test
    void passOnWhatWasSentAndNothingElse() throws Exception {
        long seed = Seed.of(RandomSessionsTest.class);
        Random seeds = new Random(seed);
        Map<Integer, Pair> pairs = new ConcurrentHashMap<>();
        for (int i = 0; i < SESSIONS; i++) {
            pairs.put(i, new Pair(seeds));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                TestBackend backend =
                        TestBackend.afterReading(helloBytes() + 4, peer -> backendOf(pairs, peer, threads));
                TestUsher usher = TestUsher.of(backend).retries(0).workers(2).start()) {
            List<Future<Void>> clients = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                int number = i;
                clients.add(threads.submit(() -> clientOf(pairs, number, usher, threads)));
            }
            for (Future<Void> client : clients) {
                client.get(30, TimeUnit.SECONDS);
            }
            usher.awaitNothingLeft();
            backend.awaitScripts();
            pairs.values().forEach(Pair::check);
            assertEquals(SESSIONS, usher.snapshot().ended());
            long explained = usher.snapshot().ended("completed")
                    + usher.snapshot().ended("client_reset")
                    + usher.snapshot().ended("backend_reset");
            assertEquals(SESSIONS, explained);
        }
    }

    /** The number of the session goes behind the hello, and a byte comes back before either script begins. */
    private static Void clientOf(Map<Integer, Pair> pairs, int number, TestUsher usher, ExecutorService threads)
            throws Exception {
        Pair pair = java.util.Objects.requireNonNull(pairs.get(number));
        try (TestPeer peer = usher.connect()) {
            byte[] tail = ByteBuffer.allocate(4).putInt(number).array();
            peer.send(hello()).send(tail).read(1);
            Future<Void> writing = threads.submit(() -> pair.client.write(peer));
            pair.seenByClient = pair.client.read(peer, pair.backend.key);
            if (pair.seenByClient == Seen.FIN) {
                writing.get(30, TimeUnit.SECONDS);
            }
        }
        return null;
    }

    private static void backendOf(Map<Integer, Pair> pairs, TestPeer peer, ExecutorService threads) throws IOException {
        int number = ByteBuffer.wrap(peer.received(), helloBytes(), 4).getInt();
        Pair pair = java.util.Objects.requireNonNull(pairs.get(number));
        peer.send((byte) 1);
        Callable<Void> writing = () -> pair.backend.write(peer);
        Future<Void> written = threads.submit(writing);
        pair.seenByBackend = pair.backend.read(peer, pair.client.key);
        if (pair.seenByBackend == Seen.FIN) {
            try {
                written.get(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
