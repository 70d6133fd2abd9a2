package dev.usher.opening;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Messages of SOCKS clients, right unless a test wants them otherwise. */
public final class SocksMessages {

    private SocksMessages() {}

    /** SOCKS 5, without authentication. */
    public static byte[] methods() {
        return new byte[] {5, 1, 0};
    }

    /** The answer to {@link #methods}. */
    public static byte[] method() {
        return new byte[] {5, 0};
    }

    /** The reply of SOCKS 4. */
    public static byte[] granted4() {
        return new byte[] {0, 90, 0, 0, 0, 0, 0, 0};
    }

    /** SOCKS 5, with and without a password. */
    public static byte[] passwordMethods() {
        return new byte[] {5, 2, 0, 2};
    }

    /** A name and a password. */
    public static byte[] password(String user, String password) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        return bytes(new byte[] {1, (byte) name.length}, name, new byte[] {(byte) secret.length}, secret);
    }

    /** SOCKS 5, for a name. */
    public static byte[] request(String host, int port) {
        byte[] name = host.getBytes(StandardCharsets.ISO_8859_1);
        return bytes(new byte[] {5, 1, 0, 3, (byte) name.length}, name, port(port));
    }

    /** SOCKS 5, for an address of 4 or 16 bytes. */
    public static byte[] request(byte[] ip, int port) {
        return bytes(new byte[] {5, 1, 0, (byte) (ip.length == 4 ? 1 : 4)}, ip, port(port));
    }

    /** SOCKS 4a. */
    public static byte[] request4a(String host, int port) {
        byte[] name = host.getBytes(StandardCharsets.ISO_8859_1);
        return bytes(new byte[] {4, 1}, port(port), new byte[] {0, 0, 0, 1, 'm', 'e', 0}, name, new byte[] {0});
    }

    /** SOCKS 4. */
    public static byte[] request4(byte[] ip, int port) {
        return bytes(new byte[] {4, 1}, port(port), ip, new byte[] {0});
    }

    /** The reply of SOCKS 5. */
    public static byte[] reply(int code) {
        return new byte[] {5, (byte) code, 0, 1, 0, 0, 0, 0, 0, 0};
    }

    private static byte[] port(int port) {
        return new byte[] {(byte) (port >>> 8), (byte) port};
    }

    /** The parts, one after another. */
    public static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
