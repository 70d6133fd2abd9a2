package dev.usher.server.sources;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GET over a unix socket, as HTTP/1.0: an answer to such a request is never in chunks (RFC 9112 section 6.1), and ends
 * with the connection.
 */
final class UnixHttp {
    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})\\b.*");
    private static final int OK = 200;

    private final String socket;

    UnixHttp(String socket) {
        this.socket = socket;
    }

    /** Closes a channel once a time is over: channels have no time-outs of their own. */
    private static final class Deadline implements AutoCloseable {
        private final Duration patience;
        private final Thread waiting;
        private volatile boolean passed;

        Deadline(SocketChannel channel, Duration patience) {
            this.patience = patience;
            this.waiting = Thread.ofVirtual().name("deadline").start(() -> {
                try {
                    Thread.sleep(patience);
                    passed = true;
                    channel.close();
                } catch (InterruptedException inTime) {
                    // The answer is whole.
                } catch (IOException e) {
                    // The channel is of no further use.
                }
            });
        }

        /** Why the channel was closed. */
        IOException reason(ClosedChannelException closed) {
            return passed ? new IOException("no whole answer within " + patience.toMillis() + " ms", closed) : closed;
        }

        @Override
        public void close() {
            waiting.interrupt();
        }
    }

    /**
     * The body of a whole answer with the status 200.
     *
     * @throws IOException with the reason, also if the answer is late or too large
     */
    byte[] get(String target, Duration timeout, int maxBytes) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Deadline deadline = new Deadline(channel, timeout)) {
            try {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                body.writeBytes(ask(channel, target));
                ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
                while (channel.read(buffer.clear()) >= 0) {
                    body.write(buffer.array(), 0, buffer.position());
                    if (body.size() > maxBytes) {
                        throw new IOException("the answer has more than " + maxBytes + " bytes");
                    }
                }
                return body.toByteArray();
            } catch (ClosedChannelException closed) {
                throw deadline.reason(closed);
            }
        }
    }

    /** An answer without an end, behind the head. The caller closes the channel. */
    SocketChannel open(String target, Duration timeout) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean open = false;
        try (Deadline deadline = new Deadline(channel, timeout)) {
            try {
                ask(channel, target);
            } catch (ClosedChannelException closed) {
                throw deadline.reason(closed);
            }
            open = true;
            return channel;
        } finally {
            if (!open) {
                channel.close();
            }
        }
    }

    /** Sends the request and reads the head; returns the bytes already read behind the head. */
    private byte[] ask(SocketChannel channel, String target) throws IOException {
        connect(channel);
        ByteBuffer request = StandardCharsets.US_ASCII.encode("GET " + target
                + " HTTP/1.0\r\nHost: localhost\r\nUser-Agent: usher\r\nAccept: application/json\r\n\r\n");
        while (request.hasRemaining()) {
            channel.write(request);
        }
        ByteBuffer head = ByteBuffer.allocate(MAX_HEAD_BYTES);
        int end = -1;
        while (end < 0) {
            if (!head.hasRemaining()) {
                throw new IOException("the head of the answer has more than " + MAX_HEAD_BYTES + " bytes");
            }
            if (channel.read(head) < 0) {
                throw new IOException("the connection ended before an answer");
            }
            end = text(head).indexOf("\r\n\r\n");
        }
        check(text(head).substring(0, end), target);
        byte[] rest = new byte[head.position() - end - 4];
        head.get(end + 4, rest);
        return rest;
    }

    private void connect(SocketChannel channel) throws IOException {
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (ClosedChannelException late) {
            throw late;
        } catch (IOException fault) {
            throw new IOException("no connection to " + socket + ": " + fault.getMessage(), fault);
        }
    }

    private static String text(ByteBuffer head) {
        return StandardCharsets.ISO_8859_1.decode(head.duplicate().flip()).toString();
    }

    private static void check(String head, String target) throws IOException {
        String[] lines = head.split("\r\n", -1);
        Matcher status = STATUS.matcher(lines[0]);
        if (!status.matches()) {
            throw new IOException("the answer is not HTTP: " + OfferBuilder.shown(lines[0]));
        }
        if (Integer.parseInt(status.group(1)) != OK) {
            throw new IOException("the status is " + status.group(1) + " for " + OfferBuilder.shown(target));
        }
        for (String line : lines) {
            if (line.toLowerCase(Locale.ROOT).startsWith("transfer-encoding:")) {
                throw new IOException("the answer is in chunks, to a request of HTTP/1.0");
            }
        }
    }
}
