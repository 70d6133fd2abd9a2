package dev.usher.probe;

import dev.usher.config.HealthCheckConfig;
import dev.usher.probe.ProbeResult.Outcome;
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
import org.jspecify.annotations.Nullable;

/** One probe of one backend: run once, by a thread that may wait. */
final class Probe {
    private static final int MAX_STATUS_LINE_BYTES = 1024;

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
                String text = check.type() == HealthCheckConfig.Type.TCP
                        ? "connected"
                        : converse(socket, address, seen, clock.nanos() - began);
                return result(Outcome.SUCCESS, text, began, seen);
            } catch (BindException noPortLeft) {
                throw noPortLeft;
            } catch (IOException e) {
                // By the clock: the watchdog's task is not done yet in the moment in which it closes.
                boolean timedOut = clock.nanos() - began >= check.timeout().toNanos();
                return result(Outcome.FAILURE, timedOut ? timeoutText(socket) : text(e), began, seen);
            }
        } catch (IOException ownFault) {
            return result(Outcome.NOT_MADE, "the probe could not be made: " + ownFault.getMessage(), began, seen);
        }
    }

    /** Has its descriptor when it returns: that none is left shows here, and not as a fault of the backend. */
    private static Socket openSocket() throws IOException {
        Socket socket = new Socket();
        try {
            // A RST at the end: what a probe leaves in TIME_WAIT would use up the ports of this machine.
            socket.setSoLinger(true, 0);
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private ProbeResult result(Outcome outcome, String text, long began, PeerCertificates seen) {
        return new ProbeResult(outcome, text, clock.nanos() - began, seen.seen());
    }

    private void connect(Socket socket, InetSocketAddress address) throws IOException {
        socket.connect(address, Math.toIntExact(check.timeout().toMillis()) + 1);
        if (preamble.length > 0) {
            socket.getOutputStream().write(preamble); // less than any socket's buffer: it does not wait
        }
    }

    /** All that may wait for the backend once it is connected, in what is left of the time. */
    private String converse(Socket socket, InetSocketAddress address, PeerCertificates seen, long usedNanos)
            throws IOException {
        ScheduledFuture<?> timeout = watchdog.closeAfter(socket, check.timeout().minusNanos(usedNanos));
        try {
            return handshakeAndMore(socket, address, seen);
        } finally {
            timeout.cancel(false);
        }
    }

    private String handshakeAndMore(Socket socket, InetSocketAddress address, PeerCertificates seen)
            throws IOException {
        SSLSocket secure = tls.shakeHands(socket, address, seen);
        String handshake = secure.getSession().getProtocol() + " handshake";
        if (check.type() == HealthCheckConfig.Type.TLS) {
            return handshake;
        }
        return handshake + ", " + ask(secure, address);
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
        return socket.isConnected()
                ? "connected, but not done within " + millis + " ms"
                : "no connection within " + millis + " ms";
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
