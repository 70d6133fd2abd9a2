package dev.usher.server.it;

import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A TLS client that verifies whom it has reached: one visit is one connection, one handshake and one request. */
final class Visitor {
    private static final int PATIENCE_MILLIS = 8_000;

    private final SSLContext context;
    private final String name;

    Visitor(Certificates certificates, String name) throws GeneralSecurityException, IOException {
        this.context = certificates.clientContext();
        this.name = name;
    }

    /**
     * One visit from this address; the port that it came from. The visitor waits for the server's FIN: words of farewell
     * that a server finds unread when it closes would become a RST.
     */
    int visit(String from, InetSocketAddress to) throws IOException {
        Socket socket = new Socket();
        try (SSLSocket secure = connect(socket, from, to)) {
            int port = secure.getLocalPort();
            ask(secure, "close");
            String answer = new String(secure.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (!answer.startsWith("HTTP/1.1 200") || !answer.endsWith("here\n")) {
                throw new IOException("answer: " + answer);
            }
            if (socket.getInputStream().read() >= 0) {
                throw new IOException("bytes behind the end of TLS");
            }
            return port;
        }
    }

    private SSLSocket connect(Socket socket, String from, InetSocketAddress to) throws IOException {
        try {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(to, PATIENCE_MILLIS);
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, name, to.getPort(), true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
            return secure;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void ask(SSLSocket secure, String connection) throws IOException {
        secure.getOutputStream()
                .write(("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: " + connection + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** A connection that stays open, and can be asked again. */
    final class Stay implements AutoCloseable {
        private final SSLSocket secure;

        Stay(InetSocketAddress to) throws IOException {
            secure = connect(new Socket(), "127.0.0.1", to);
            ask();
        }

        InetSocketAddress address() {
            return new InetSocketAddress(secure.getLocalAddress(), secure.getLocalPort());
        }

        /** One more request; returns once it is answered. */
        void ask() throws IOException {
            Visitor.this.ask(secure, "keep-alive");
            StringBuilder answer = new StringBuilder();
            while (!answer.toString().endsWith("here\n")) {
                int next = secure.getInputStream().read();
                if (next < 0) {
                    throw new IOException("ended after: " + answer);
                }
                answer.append((char) next);
            }
        }

        @Override
        public void close() throws IOException {
            secure.close();
        }
    }

    /** A visit that failed, and when it had begun. */
    record Failure(long begunNanos, String what) {}

    /** Visits without a pause on some threads, until it is closed. */
    final class Load implements AutoCloseable {
        private final AtomicLong visits = new AtomicLong();
        private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean over;

        Load(int count, InetSocketAddress to) {
            for (int i = 0; i < count; i++) {
                threads.add(Thread.ofPlatform().daemon().name("visitor").start(() -> visitOn(to)));
            }
        }

        private void visitOn(InetSocketAddress to) {
            while (!over) {
                long begun = System.nanoTime();
                try {
                    visit("127.0.0.1", to);
                } catch (IOException e) {
                    failures.add(new Failure(begun, e.toString()));
                }
                visits.incrementAndGet();
            }
        }

        long visits() {
            return visits.get();
        }

        /** Waits for so many more visits. */
        void goOn(int more) throws Exception {
            long target = visits.get() + more;
            Await.until(() -> visits.get() >= target, "there are " + more + " more visits", Duration.ofSeconds(60));
        }

        List<Failure> failures() {
            return List.copyOf(failures);
        }

        /** Of visits that began at this moment or later. */
        List<Failure> failuresSince(long nanos) {
            return failures.stream()
                    .filter(failure -> failure.begunNanos() - nanos >= 0)
                    .toList();
        }

        /** Begins no more visits, and waits for those that are under way. */
        void end() {
            over = true;
            for (Thread thread : threads) {
                try {
                    thread.join(Duration.ofSeconds(20));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void close() {
            end();
        }
    }
}
