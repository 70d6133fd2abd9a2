package dev.usher.probe;

import dev.usher.config.HealthCheckConfig;
import dev.usher.descriptor.MemoryLack;
import dev.usher.pool.ProbeOutcome;
import dev.usher.pool.SocketText;
import dev.usher.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** A single probe of one backend; run once, on a thread that may block. */
final class Probe {
    private static final int MAX_STATUS_LINE_BYTES = 1024;
    private static final byte[] NO_PREAMBLE = {};
    /** A server that closes does so within a round trip. */
    private static final int LEAVE_MILLIS = 250;

    private static final int LEAVE_READ_BYTES = 4096;
    /** Reads for the rest of a page; of a longer page the probe has read enough. */
    private static final int MAX_LEAVE_READS = 16;
    /** Only Linux has the option; elsewhere, backends see each probe as a connection. */
    private static final boolean HAS_QUICKACK = hasQuickAck();

    private final HealthCheckConfig check;
    private final TlsProbing tls;
    private final Watchdog watchdog;
    private final Clock clock;
    private final byte[] preamble;
    private final @Nullable InetSocketAddress source;
    /** The address of every probe; null is the backend's. */
    private final @Nullable InetAddress address;

    /**
     * @param preamble first bytes of every connection to this pool: a PROXY header, or empty. Left out where the check
     *     has a place of its own: a management port expects none
     * @param source local address of every probe; null lets the system choose
     */
    Probe(
            HealthCheckConfig check,
            TlsProbing tls,
            Watchdog watchdog,
            Clock clock,
            byte[] preamble,
            @Nullable InetSocketAddress source) {
        this.check = check;
        this.tls = tls;
        this.watchdog = watchdog;
        this.clock = clock;
        this.preamble = check.isElsewhere() ? NO_PREAMBLE : preamble;
        this.source = source;
        this.address = check.address() == null ? null : InetAddress.ofLiteral(check.address());
    }

    /** Connects, checks as the type of the check says, and closes, all within the time-out of the check. */
    ProbeResult run(SocketAddress backend) {
        SocketAddress address = place(backend);
        String at = check.isElsewhere() ? " at " + SocketText.of(address) : "";
        long began = clock.nanos();
        PeerCertificates seen = new PeerCertificates();
        try (Socket socket = openSocket(address)) {
            tls.checkReady();
            try {
                connect(socket, address);
                return check.type() == HealthCheckConfig.Type.TCP
                        ? result(ProbeOutcome.SUCCESS, "connected" + at, began, seen)
                        : converse(socket, address, at, seen, began);
            } catch (BindException nothingLeft) {
                throw nothingLeft;
            } catch (IOException e) {
                // Read from the clock: when the watchdog closes the socket, its task is not done yet.
                boolean timedOut = clock.nanos() - began >= check.timeout().toNanos();
                return timedOut
                        ? result(ProbeOutcome.TIMEOUT, timeoutText(socket) + at, began, seen)
                        : result(ProbeOutcome.FAILURE, text(e) + at, began, seen);
            }
        } catch (IOException ownFault) {
            return result(ProbeOutcome.NOT_MADE, "the probe could not be made: " + ownFault.getMessage(), began, seen);
        }
    }

    /** The address to ask: the backend's, with the check's own address and port if these are given. */
    private SocketAddress place(SocketAddress backend) {
        if (address != null && check.port() != null) {
            return new InetSocketAddress(address, check.port());
        }
        if (!check.isElsewhere() || !(backend instanceof InetSocketAddress tcp)) {
            return backend;
        }
        int port = check.port() == null ? tcp.getPort() : check.port();
        return new InetSocketAddress(address == null ? tcp.getAddress() : address, port);
    }

    private static boolean hasQuickAck() {
        try (Socket socket = new Socket()) {
            return socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
        } catch (IOException noSocket) {
            return false;
        }
    }

    /**
     * Opens a socket with its descriptor, so that a lack of descriptors shows here, and not as a fault of the backend.
     */
    private Socket openSocket(SocketAddress address) throws IOException {
        if (!(address instanceof InetSocketAddress)) {
            return new ProbeSocket(address);
        }
        Socket socket = new Socket();
        try {
            // Ends with a RST: probes in TIME_WAIT would use up the ports of this machine.
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
     * Whether the RST may overtake the ACK of the backend's SYN-ACK. Without TCP_QUICKACK the kernel delays the ACK, so
     * the handshake stays incomplete and the server never sees a connection. Many servers would log each probe as an
     * aborted client. A PROXY header has to be read, so that case needs a full connection.
     */
    private boolean leavesNoTrace() {
        return check.type() == HealthCheckConfig.Type.TCP && preamble.length == 0 && HAS_QUICKACK;
    }

    private ProbeResult result(ProbeOutcome outcome, String text, long began, PeerCertificates seen) {
        return new ProbeResult(outcome, text, clock.nanos() - began, seen.seen());
    }

    private void connect(Socket socket, SocketAddress address) throws IOException {
        if (source != null
                && address instanceof InetSocketAddress tcp
                && source.getAddress().getClass() == tcp.getAddress().getClass()) {
            socket.bind(source);
        }
        try {
            socket.connect(address, Math.toIntExact(check.timeout().toMillis()) + 1);
        } catch (IOException failed) {
            throw MemoryLack.named(failed);
        }
        if (preamble.length > 0) {
            socket.getOutputStream().write(preamble); // does not block: the preamble is smaller than any socket buffer
        }
    }

    /** Runs the part that may wait for the backend after the connect, within the remaining time. */
    private ProbeResult converse(Socket socket, SocketAddress address, String at, PeerCertificates seen, long began)
            throws IOException {
        ScheduledFuture<?> timeout = watchdog.closeAfter(socket, check.timeout().minusNanos(clock.nanos() - began));
        try {
            Socket talking = socket;
            List<String> texts = new ArrayList<>();
            if (check.type().shakesHands()) {
                SSLSocket secure = tls.shakeHands(socket, address, seen);
                texts.add(secure.getSession().getProtocol() + " handshake");
                talking = secure;
            }
            if (check.type().asks()) {
                texts.add(ask(talking, address));
            }
            ProbeResult result = result(ProbeOutcome.SUCCESS, String.join(", ", texts) + at, began, seen);
            takeLeave(talking);
            return result;
        } finally {
            timeout.cancel(false);
        }
    }

    /**
     * Ends like a client that is done, and lets the server close. After an immediate RST, a server that has yet to send
     * session tickets would log a broken handshake. A server that does not close gets the RST a moment later.
     */
    private static void takeLeave(Socket socket) {
        try {
            socket.setSoTimeout(LEAVE_MILLIS);
            socket.shutdownOutput();
            byte[] ignored = new byte[LEAVE_READ_BYTES];
            int count = 0;
            for (int i = 0; i < MAX_LEAVE_READS && count >= 0; i++) {
                count = socket.getInputStream().read(ignored);
            }
        } catch (IOException impolite) {
            // The result is known already.
        }
    }

    private String ask(Socket socket, SocketAddress address) throws IOException {
        socket.getOutputStream()
                .write((check.method() + " " + check.path() + " HTTP/1.1\r\nHost: " + host(address)
                                + "\r\nUser-Agent: usher-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        String line = statusLine(socket.getInputStream());
        int status = status(line);
        if (status < 0) {
            throw new IOException("the answer is not HTTP/1: \"" + line + '"');
        }
        if (!check.expect().contains(status)) {
            throw new IOException("status " + status + ", expected " + check.expect());
        }
        return "status " + status;
    }

    /** The Host of the request; an IPv6 address stands in brackets (RFC 3986 section 3.2.2). */
    private String host(SocketAddress address) {
        if (check.serverName() != null) {
            return check.serverName();
        }
        String host = ProbeSocket.host(address);
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    private static String statusLine(InputStream answer) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < MAX_STATUS_LINE_BYTES) {
            int next = answer.read();
            if (next < 0) {
                throw new IOException("closed before a status line");
            }
            if (next == '\n') {
                return line.toString().strip();
            }
            if (next == '\r') {
                continue; // expected before the line feed only
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
        String waitedFor = Stream.of(
                        check.type().shakesHands() ? "TLS handshake" : "",
                        check.type().asks() ? "HTTP answer" : "")
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" or "));
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
