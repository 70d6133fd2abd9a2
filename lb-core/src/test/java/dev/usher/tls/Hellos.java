package dev.usher.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** First bytes of TLS connections for tests: real ones, and any message in any records. */
public final class Hellos {
    public static final int MAX_FRAGMENT_BYTES = 1 << 14;
    private static final int RECORD_HEADER_BYTES = 5;

    private Hellos() {}

    /**
     * The records that the JDK's own TLS client begins with. Random bytes in it differ each time.
     *
     * @param name the server name to ask for; null for a hello without one
     */
    public static ByteBuffer fromJdkClient(@Nullable String name, String... alpn) {
        try {
            SSLEngine client = SSLContext.getDefault().createSSLEngine();
            client.setUseClientMode(true);
            var parameters = client.getSSLParameters();
            if (name != null) {
                parameters.setServerNames(List.of(new SNIHostName(name)));
            }
            parameters.setApplicationProtocols(alpn);
            client.setSSLParameters(parameters);
            ByteBuffer out = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
            client.wrap(ByteBuffer.allocate(0), out);
            return out.flip();
        } catch (NoSuchAlgorithmException | SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The message in records of {@code fragmentBytes}, the last of what is left. */
    public static ByteBuffer records(byte[] message, int fragmentBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int from = 0; from < message.length; from += fragmentBytes) {
            writeRecord(out, message, from, Math.min(message.length, from + fragmentBytes));
        }
        return ByteBuffer.wrap(out.toByteArray());
    }

    /** The message in records that end at these offsets, which rise, and at its end. */
    public static ByteBuffer recordsCutAt(byte[] message, int... offsets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int from = 0;
        for (int to : offsets) {
            writeRecord(out, message, from, to);
            from = to;
        }
        writeRecord(out, message, from, message.length);
        return ByteBuffer.wrap(out.toByteArray());
    }

    /** The handshake bytes in {@code records}, without the record headers. */
    public static byte[] message(ByteBuffer records) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer in = records.duplicate();
        while (in.hasRemaining()) {
            byte[] fragment = new byte
                    [in.position(in.position() + RECORD_HEADER_BYTES - 2).getShort()];
            in.get(fragment);
            out.writeBytes(fragment);
        }
        return out.toByteArray();
    }

    /** One record of any type with any content, an empty one too. */
    public static byte[] record(int type, byte[] fragment) {
        return HelloBuilder.concat(HelloBuilder.bytes(type, 3, 1), HelloBuilder.vector16(fragment));
    }

    /** What is left in {@code buffer}, which is not moved. */
    public static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    private static void writeRecord(ByteArrayOutputStream out, byte[] message, int from, int to) {
        out.write(22);
        out.write(3);
        out.write(1);
        out.write((to - from) >> 8);
        out.write(to - from);
        out.write(message, from, to - from);
    }
}
