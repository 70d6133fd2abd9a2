package dev.usher.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Builds any ClientHello, legal or not, byte for byte the same each time. Begins as a legal TLS 1.3 hello without a
 * name (RFC 8446 section 4.1.2); extensions come in the order of the calls.
 */
public final class HelloBuilder {
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int PADDING = 21; // RFC 7685
    private static final int EARLY_DATA = 42;
    private static final int EXTENSION_HEADER_BYTES = 4;

    private final ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    private boolean hasExtensions = true;
    private int sessionIdBytes = 32;
    private int cipherSuiteBytes = 6;
    private int compressionMethodBytes = 1;
    private int extensionsLengthError;
    private int messageBytes;
    private byte[] trailing = {};

    public HelloBuilder() {
        extension(43, 4, 3, 4, 3, 3); // supported_versions: TLS 1.3, 1.2
    }

    /** A server_name extension with this one name, one byte a character, whatever it is. */
    public HelloBuilder name(String name) {
        return extension(SERVER_NAME, vector16(hostName(name)));
    }

    /** An ALPN extension with these names, one byte a character; an empty name gives an empty entry. */
    public HelloBuilder alpn(String... names) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (String name : names) {
            list.write(name.length());
            list.writeBytes(latin1(name));
        }
        return extension(ALPN, vector16(list.toByteArray()));
    }

    public HelloBuilder earlyData() {
        return extension(EARLY_DATA);
    }

    /** Two extensions of reserved types, one empty and one not (RFC 8701 section 3.1). */
    public HelloBuilder grease() {
        return extension(0x0A0A).extension(0xFAFA, 0);
    }

    public HelloBuilder extension(int type, int... body) {
        return extension(type, bytes(body));
    }

    public HelloBuilder extension(int type, byte[] body) {
        write16(extensions, type);
        extensions.writeBytes(vector16(body));
        return this;
    }

    /** Ends right behind the compression methods. */
    public HelloBuilder noExtensions() {
        hasExtensions = false;
        return this;
    }

    public HelloBuilder sessionId(int bytes) {
        sessionIdBytes = bytes;
        return this;
    }

    public HelloBuilder cipherSuites(int bytes) {
        cipherSuiteBytes = bytes;
        return this;
    }

    public HelloBuilder compressionMethods(int bytes) {
        compressionMethodBytes = bytes;
        return this;
    }

    /** Makes the length of the extensions block wrong by so much. */
    public HelloBuilder extensionsLengthError(int error) {
        extensionsLengthError = error;
        return this;
    }

    /** Bytes inside the message, behind all that belongs there. */
    public HelloBuilder trailing(int... bytes) {
        trailing = bytes(bytes);
        return this;
    }

    /** Adds a padding extension, so that the message has exactly so many bytes. */
    public HelloBuilder paddedTo(int messageBytes) {
        this.messageBytes = messageBytes;
        return this;
    }

    /** The handshake message with its 4-byte header, in no record. */
    public byte[] message() {
        if (messageBytes > 0) {
            int missing = messageBytes - encode().length - EXTENSION_HEADER_BYTES;
            if (missing < 0) {
                throw new IllegalStateException("hello is too long to be padded to " + messageBytes);
            }
            messageBytes = 0;
            extension(PADDING, new byte[missing]);
        }
        return encode();
    }

    /** The hello in as few records as hold it. */
    public ByteBuffer records() {
        return records(Hellos.MAX_FRAGMENT_BYTES);
    }

    /** The hello in records of {@code fragmentBytes}, the last of what is left. */
    public ByteBuffer records(int fragmentBytes) {
        return Hellos.records(message(), fragmentBytes);
    }

    private byte[] encode() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        write16(body, 0x0303);
        body.writeBytes(counted(32)); // random
        body.write(sessionIdBytes);
        body.writeBytes(counted(sessionIdBytes));
        body.writeBytes(vector16(counted(cipherSuiteBytes)));
        body.write(compressionMethodBytes);
        body.writeBytes(new byte[compressionMethodBytes]);
        if (hasExtensions) {
            write16(body, extensions.size() + extensionsLengthError);
            body.writeBytes(extensions.toByteArray());
        }
        body.writeBytes(trailing);

        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(1); // client_hello
        message.write(body.size() >> 16);
        write16(message, body.size());
        message.writeBytes(body.toByteArray());
        return message.toByteArray();
    }

    /** One entry of a server_name_list. */
    public static byte[] hostName(String name) {
        return concat(bytes(0), vector16(latin1(name)));
    }

    public static byte[] vector16(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write16(out, content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] bytes(int... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int value : values) {
            out.write(value);
        }
        return out.toByteArray();
    }

    public static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void write16(ByteArrayOutputStream out, int value) {
        out.write(value >> 8);
        out.write(value);
    }

    /** Bytes that are neither all equal nor taken for lengths by luck: 0x80, 0x81, ... */
    private static byte[] counted(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (0x80 + i % 0x60);
        }
        return bytes;
    }
}
