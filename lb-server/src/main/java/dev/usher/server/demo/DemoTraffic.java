package dev.usher.server.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Generates traffic for the demo's two domains: a few new connections a second, in waves, mostly short. Now and then a
 * client asks for an unknown name, or acts like a port scanner.
 */
final class DemoTraffic implements AutoCloseable {
    /** New connections a second between the waves, and at the top of a wave. */
    private static final double LEAST_PER_SECOND = 2;

    private static final double MOST_PER_SECOND = 10;
    private static final double WAVE_SECONDS = 150;

    /** Open connections, at most; reached when the machine is too slow. */
    private static final int MAX_AT_ONCE = 200;

    private static final double SHARE_THAT_STAYS = 0.15;
    private static final int STAYS_SECONDS = 40;
    private static final int TIMEOUT_MILLIS = 5_000;

    /** Names of clients with a typing error or an outdated link. */
    private static final List<String> UNKNOWN = List.of("www.one.example", "three.example", "old.two.example");

    private final InetSocketAddress usher;
    private final List<String> domains;
    private final SSLContext trust;
    private final AtomicInteger atOnce = new AtomicInteger();
    private final Thread arrivals;
    private volatile boolean closed;

    /**
     * Begins at once.
     *
     * @param domains the first gets the most connections
     * @param trust context that trusts the domains' certificates
     */
    DemoTraffic(InetSocketAddress usher, List<String> domains, SSLContext trust) {
        this.usher = usher;
        this.domains = List.copyOf(domains);
        this.trust = trust;
        this.arrivals = Thread.ofVirtual().name("demo-traffic").start(this::arrive);
    }

    private void arrive() {
        long began = System.nanoTime();
        while (!closed) {
            double seconds = (System.nanoTime() - began) / 1e9;
            double wave = (1 - Math.cos(2 * Math.PI * seconds / WAVE_SECONDS)) / 2;
            double perSecond = LEAST_PER_SECOND + wave * (MOST_PER_SECOND - LEAST_PER_SECOND);
            double pause = -Math.log(1 - random().nextDouble()) / perSecond; // exponential: independent arrivals
            LockSupport.parkNanos((long) (pause * TimeUnit.SECONDS.toNanos(1)));
            if (!closed && atOnce.get() < MAX_AT_ONCE) {
                atOnce.incrementAndGet();
                Thread.ofVirtual().start(this::visit);
            }
        }
    }

    private void visit() {
        try (Socket socket = new Socket()) {
            socket.connect(usher, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            double kind = random().nextDouble();
            if (kind < 0.005) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)); // not TLS
                socket.getInputStream().readAllBytes();
            } else if (kind > 0.005 && kind < 0.05) {
                ask(socket, UNKNOWN.get(random().nextInt(UNKNOWN.size())));
            } else if (kind > 0.06) { // from 0.05 to 0.06: a scanner, which connects and leaves
                ask(socket, random().nextDouble() < 0.7 ? domains.getFirst() : domains.getLast());
            }
        } catch (IOException refused) {
            // Some refusals are intended.
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private void ask(Socket tcp, String domain) throws IOException {
        try (SSLSocket tls = (SSLSocket) trust.getSocketFactory().createSocket(tcp, domain, 443, true)) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            tls.setSSLParameters(parameters);
            boolean stays = random().nextDouble() < SHARE_THAT_STAYS;
            int requests = stays ? 1 + random().nextInt(STAYS_SECONDS) : 1;
            for (int i = 0; i < requests && !closed; i++) {
                request(tls, domain);
                if (i + 1 < requests) {
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                }
            }
        }
    }

    private static void request(SSLSocket tls, String domain) throws IOException {
        OutputStream out = tls.getOutputStream();
        out.write(("GET / HTTP/1.1\r\nHost: " + domain + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        readAnswer(tls.getInputStream());
    }

    /** Reads to the last line of the body: the demo's backends send one line of body. */
    private static void readAnswer(InputStream in) throws IOException {
        boolean body = false;
        int inLine = 0;
        for (int each = in.read(); each >= 0; each = in.read()) {
            if (each != '\n') {
                inLine += each == '\r' ? 0 : 1;
            } else if (body) {
                return;
            } else {
                body = inLine == 0;
                inLine = 0;
            }
        }
    }

    private static RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(arrivals);
    }
}
