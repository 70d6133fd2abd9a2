package dev.usher.probe;

import dev.usher.config.HealthCheckConfig;
import dev.usher.pool.ProbeOutcome;
import dev.usher.time.Clock;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** One probe of one backend: run once, by a thread that may wait. */
final class Probe {
    private static final int MAX_STATUS_LINE_BYTES = 1024;
    /** Servers close within a round trip, if they do. */
    private static final int LEAVE_MILLIS = 250;

    private static final int LEAVE_READ_BYTES = 4096;
    /** What is left of a page that was asked for; of a longer one the probe has read enough. */
    private static final int MAX_LEAVE_READS = 16;
    /** Linux has it; elsewhere backends see each probe. */
    private static final boolean HAS_QUICKACK = hasQuickAck();

    private final HealthCheckConfig check;
    private final TlsProbing tls;
    private final Watchdog watchdog;
    private final Clock clock;
    private final byte[] preamble;

    /** @param preamble bytes that every connection to this pool begins with: a PROXY header, or none */
    Probe(HealthCheckConfig check, TlsProbing tls, Watchdog watchdog, Clock clock, byte[] preamble) {
        this.check = check;
        this.tls = tls;
        this.watchdog = watchdog;
        this.clock = clock;
        this.preamble = preamble;
    }

    /** Connects, does what the type of the check says, and closes; within the time-out of the check, all together. */
    ProbeResult run(InetSocketAddress address) {
        long began = clock.nanos();
        PeerCertificates seen = new PeerCertificates();
        try (Socket socket = openSocket()) {
            try {
                connect(socket, address);
                return check.type() == HealthCheckConfig.Type.TCP
                        ? result(ProbeOutcome.SUCCESS, "connected", began, seen)
                        : converse(socket, address, seen, began);
            } catch (BindException noPortLeft) {
                throw noPortLeft;
            } catch (IOException e) {
                // By the clock: the watchdog's task is not done yet in the moment in which it closes.
                boolean timedOut = clock.nanos() - began >= check.timeout().toNanos();
                return timedOut
                        ? result(ProbeOutcome.TIMEOUT, timeoutText(socket), began, seen)
                        : result(ProbeOutcome.FAILURE, text(e), began, seen);
            }
        } catch (IOException ownFault) {
            return result(ProbeOutcome.NOT_MADE, "the probe could not be made: " + ownFault.getMessage(), began, seen);
        }
    }

    private static boolean hasQuickAck() {
        try (Socket socket = new Socket()) {
            return socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
        } catch (IOException noSocket) {
            return false;
        }
    }

    /** Has its descriptor when it returns: that none is left shows here, and not as a fault of the backend. */
    private Socket openSocket() throws IOException {
        Socket socket = new Socket();
        try {
            // A RST at the end: what a probe leaves in TIME_WAIT would use up the ports of this machine.
            socket.setSoLinger(true, 0);
            socket.setTcpNoDelay(true);
            if (leavesNoTrace()) {
                socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
            }
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Whether the RST is to come before the ACK of the backend's SYN-ACK: the kernel puts an ACK off that nobody is in a
     * hurry for, so the handshake is never whole, and the server behind it is never told. Those that are log each probe
     * as a client that broke off. A PROXY header has to be read, so there the connection has to be one.
     */
    private boolean leavesNoTrace() {
        return check.type() == HealthCheckConfig.Type.TCP && preamble.length == 0 && HAS_QUICKACK;
    }

    private ProbeResult result(ProbeOutcome outcome, String text, long began, PeerCertificates seen) {
        return new ProbeResult(outcome, text, clock.nanos() - began, seen.seen());
    }

    private void connect(Socket socket, InetSocketAddress address) throws IOException {
        socket.connect(address, Math.toIntExact(check.timeout().toMillis()) + 1);
        if (preamble.length > 0) {
            socket.getOutputStream().write(preamble); // less than any socket's buffer: it does not wait
        }
    }

    /** All that may wait for the backend once it is connected, in what is left of the time. */
    private ProbeResult converse(Socket socket, InetSocketAddress address, PeerCertificates seen, long began)
            throws IOException {
        ScheduledFuture<?> timeout = watchdog.closeAfter(socket, check.timeout().minusNanos(clock.nanos() - began));
        try {
            SSLSocket secure = tls.shakeHands(socket, address, seen);
            String handshake = secure.getSession().getProtocol() + " handshake";
            String text =
                    check.type() == HealthCheckConfig.Type.TLS ? handshake : handshake + ", " + ask(secure, address);
            ProbeResult result = result(ProbeOutcome.SUCCESS, text, began, seen);
            takeLeave(secure);
            return result;
        } finally {
            timeout.cancel(false);
        }
    }

    /**
     * Ends as a client does that is done, and lets the server close. A RST at once would meet a server that has yet to
     * send its session tickets, and it would log a broken handshake. One that does not close gets the RST a moment later.
     */
    private static void takeLeave(SSLSocket secure) {
        try {
            secure.setSoTimeout(LEAVE_MILLIS);
            secure.shutdownOutput();
            byte[] ignored = new byte[LEAVE_READ_BYTES];
            int count = 0;
            for (int i = 0; i < MAX_LEAVE_READS && count >= 0; i++) {
                count = secure.getInputStream().read(ignored);
            }
        } catch (IOException impolite) {
            // What was to be found out is found out.
        }
    }

    private String ask(SSLSocket secure, InetSocketAddress address) throws IOException {
        secure.getOutputStream()
                .write((check.method() + " " + check.path() + " HTTP/1.1\r\nHost: " + host(address)
                                + "\r\nUser-Agent: usher-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        secure.getOutputStream().flush();
        String line = statusLine(secure);
        int status = status(line);
        if (status < 0) {
            throw new IOException("the answer is not HTTP/1: \"" + line + '"');
        }
        if (!check.expect().contains(status)) {
            throw new IOException("status " + status + ", expected " + check.expect());
        }
        return "status " + status;
    }

    /** Of the request: an IPv6 address stands in brackets there (RFC 3986 section 3.2.2). */
    private String host(InetSocketAddress address) {
        if (check.serverName() != null) {
            return check.serverName();
        }
        String host = address.getHostString();
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    private static String statusLine(SSLSocket secure) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < MAX_STATUS_LINE_BYTES) {
            int next = secure.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed before a status line");
            }
            if (next == '\n') {
                return line.toString().strip();
            }
            if (next == '\r') {
                continue; // before the line's end, and nothing anywhere else
            }
            line.append(next >= ' ' && next < 127 ? (char) next : '?');
        }
        return line.toString();
    }

    /** The number in {@code HTTP/1.1 200 OK}, or -1. */
    private static int status(String line) {
        String[] parts = line.split(" ", 3);
        boolean http = parts.length >= 2 && parts[0].startsWith("HTTP/1.") && parts[1].matches("[1-5][0-9][0-9]");
        return http ? Integer.parseInt(parts[1]) : -1;
    }

    private String timeoutText(Socket socket) {
        long millis = TimeUnit.NANOSECONDS.toMillis(check.timeout().toNanos());
        String waitedFor =
                check.type() == HealthCheckConfig.Type.HTTPS ? "TLS handshake or HTTP answer" : "TLS handshake";
        return socket.isConnected()
                ? waitedFor + " timed out (" + millis + " ms)"
                : "connection timed out (" + millis + " ms)";
    }

    private static String text(IOException e) {
        @Nullable String message = e.getMessage();
        return switch (e) {
            case ConnectException _ -> "connection refused";
            case NoRouteToHostException _ -> "no route to host";
            case SSLException failed -> TlsFault.text(failed);
            default -> message == null ? e.getClass().getSimpleName() : message;
        };
    }
}
