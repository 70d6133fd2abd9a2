package dev.usher.server.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Honest clients of an echo behind usher: each says a hello and random bytes, compares what comes back, and closes in order.
 * Each client's end is known, for the comparison with usher's log.
 */
final class EchoClients {
    static final String NAME = "www.example.com";
    static final byte[] HELLO = Hello.of(NAME);

    private static final int ALERT = 21;
    private static final int READ_MILLIS = 30_000;

    private EchoClients() {}

    /** How a session ended for its client. */
    enum Seen {
        /** Every byte came back, and then a FIN. */
        RIGHT,
        /** A TLS alert, and no other byte. */
        ALERT,
        /** The right bytes so far, and then a RST. */
        RESET,
        /** Fewer bytes and a FIN, other bytes, or no end at all: usher must never do so. */
        WRONG
    }

    /**
     * A session.
     *
     * @param client its own address
     * @param nanos from before the connect to the end
     */
    record Visit(InetSocketAddress client, Seen seen, String detail, long nanos) {}

    /**
     * Visits the echo so often, some at the same time.
     *
     * @param bytes random ones, behind the hello
     */
    static List<Visit> visit(InetSocketAddress usher, int count, int atOnce, int bytes) throws Exception {
        List<Future<Visit>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit(() -> visit(usher, number, bytes)));
            }
        }
        List<Visit> visits = new ArrayList<>();
        for (Future<Visit> one : running) {
            visits.add(one.get());
        }
        return visits;
    }

    /** @param number chooses the bytes, and one of several addresses of loopback, so that no limit of ports is met */
    static Visit visit(InetSocketAddress usher, int number, int bytes) throws IOException {
        byte[] said = Arrays.copyOf(HELLO, HELLO.length + bytes);
        byte[] random = new byte[bytes];
        new SplittableRandom(number).nextBytes(random);
        System.arraycopy(random, 0, said, HELLO.length, bytes);
        long begun = System.nanoTime();
        try (Socket socket = new Socket()) {
            if (usher.getAddress().isLoopbackAddress()) {
                socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + (2 + number % 8)), 0));
            }
            socket.setSoTimeout(READ_MILLIS);
            socket.connect(usher, READ_MILLIS);
            InetSocketAddress address = new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
            Thread writer = NetworkNamespace.threads().start(() -> say(socket, said));
            byte[] heard = new byte[said.length + 1];
            Heard end = hear(socket, heard);
            long nanos = System.nanoTime() - begun;
            writer.interrupt();
            return new Visit(address, end.seen(said, heard), end + ", " + said.length + " said", nanos);
        }
    }

    private static void say(Socket socket, byte[] said) {
        try {
            socket.getOutputStream().write(said);
            socket.shutdownOutput();
        } catch (IOException broken) {
            // The reader sees it too.
        }
    }

    private static Heard hear(Socket socket, byte[] into) {
        int count = 0;
        try {
            while (count < into.length) {
                int read = socket.getInputStream().read(into, count, into.length - count);
                if (read < 0) {
                    return new Heard(count, "FIN");
                }
                count += read;
            }
            return new Heard(count, "too many bytes");
        } catch (SocketTimeoutException silent) {
            return new Heard(count, "silence");
        } catch (IOException reset) {
            return new Heard(count, "RST");
        }
    }

    private record Heard(int count, String end) {
        Seen seen(byte[] said, byte[] heard) {
            if (count > 0 && heard[0] == ALERT) {
                return Seen.ALERT;
            }
            boolean right = count <= said.length && Arrays.equals(said, 0, count, heard, 0, count);
            if (right && end.equals("RST")) {
                return Seen.RESET;
            }
            return right && count == said.length && end.equals("FIN") ? Seen.RIGHT : Seen.WRONG;
        }

        @Override
        public String toString() {
            return count + " bytes, " + end;
        }
    }
}
