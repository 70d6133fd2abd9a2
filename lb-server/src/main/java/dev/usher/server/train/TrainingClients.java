package dev.usher.server.train;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Clients that keep a usher busy, in a closed loop each. */
final class TrainingClients {
    /** As many at once as keep two cores busy. */
    private static final int CLIENTS = 48;

    private static final int TIMEOUT_MILLIS = 10_000;

    private final InetSocketAddress usher;
    private final byte[] upload = new byte[TrainingBackend.MAX_BYTES];

    TrainingClients(InetSocketAddress usher) {
        this.usher = usher;
    }

    /** What one client does over and over; it returns after each time. */
    @FunctionalInterface
    private interface Work {
        void once() throws IOException;
    }

    /** A connection for each request of a KiB. Returns how many there were. */
    long connections(String name, Duration time) throws InterruptedException, GeneralSecurityException, SSLException {
        byte[] hello = hello(name);
        return repeat(time, () -> {
            try (Connection connection = new Connection(hello)) {
                connection.order(16, 1024);
            }
        });
    }

    /** As {@link #connections}, for names that are refused. */
    long refusals(String name, Duration time) throws InterruptedException, GeneralSecurityException, SSLException {
        byte[] hello = hello(name);
        return repeat(time, () -> {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(hello);
                socket.getInputStream().readAllBytes();
            }
        });
    }

    /** Connections that stay, with many exchanges of these sizes each. Returns the number of exchanges. */
    long exchanges(String name, int up, int down, Duration time)
            throws InterruptedException, GeneralSecurityException, SSLException {
        byte[] hello = hello(name);
        AtomicLong exchanges = new AtomicLong();
        long end = System.nanoTime() + time.toNanos();
        repeat(time, () -> {
            try (Connection connection = new Connection(hello)) {
                while (System.nanoTime() - end < 0) {
                    connection.order(up, down);
                    exchanges.incrementAndGet();
                }
            }
        });
        return exchanges.get();
    }

    private static long repeat(Duration time, Work work) throws InterruptedException {
        AtomicLong done = new AtomicLong();
        long end = System.nanoTime() + time.toNanos();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() - end < 0) {
                    try {
                        work.once();
                        done.incrementAndGet();
                    } catch (IOException failed) {
                        // What counts is what succeeds: who called looks at the number.
                    }
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }
        return done.get();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(usher, TIMEOUT_MILLIS);
        return socket;
    }

    /** A real one, from the JDK's own TLS. */
    private static byte[] hello(String name) throws GeneralSecurityException, SSLException {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine(name, 443);
        engine.setUseClientMode(true);
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        byte[] hello = new byte[record.flip().remaining()];
        record.get(hello);
        return hello;
    }

    /** A connection to a {@link TrainingBackend}, through usher. */
    private final class Connection implements AutoCloseable {
        private final Socket socket = connect();
        private final DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        private final DataInputStream in = new DataInputStream(socket.getInputStream());

        Connection(byte[] hello) throws IOException {
            out.write(hello);
            in.skipNBytes(TrainingBackend.FLIGHT_BYTES);
        }

        void order(int up, int down) throws IOException {
            ByteBuffer order = ByteBuffer.allocate(2 * Integer.BYTES + up);
            order.putInt(up).putInt(down).put(upload, 0, up);
            out.write(order.array());
            in.skipNBytes(down);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
