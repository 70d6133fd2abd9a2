package dev.usher.server.log;

import dev.usher.config.HostPort;
import dev.usher.config.IpAddress;
import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.pool.SocketText;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Text of a client's address in the access log: whole, its network only, or a keyed hash. One thread. */
final class ClientText {
    private static final int NETWORK_BYTES_V4 = 3;
    private static final int NETWORK_BYTES_V6 = 6;
    /** 64 bits: enough that two clients of one log do not share a hash by chance. */
    private static final int HASH_BYTES = 8;

    private final ClientIp mode;
    /** Not null exactly for {@link ClientIp#HASHED}. The key exists only here and ends with the process. */
    private final @Nullable Mac mac;

    ClientText(ClientIp mode) {
        this.mode = mode;
        this.mac = mode == ClientIp.HASHED ? mac() : null;
    }

    private static Mac mac() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /**
     * For example {@code 203.0.113.9:51044}, {@code 203.0.113.0/24} or {@code 9f86d081884c7d65}; {@code unix:/path}
     * for every client of this socket.
     */
    String of(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress client)) {
            return SocketText.of(peer);
        }
        byte[] address = client.getAddress().getAddress();
        return switch (mode) {
            case FULL -> HostPort.of(address, client.getPort()).toString();
            case TRUNCATED -> network(address);
            case HASHED -> hash(address);
        };
    }

    private static String network(byte[] address) {
        int kept = address.length == 4 ? NETWORK_BYTES_V4 : NETWORK_BYTES_V6;
        byte[] network = new byte[address.length];
        System.arraycopy(address, 0, network, 0, kept);
        return IpAddress.text(network) + "/" + 8 * kept;
    }

    private String hash(byte[] address) {
        if (mac == null) {
            throw new IllegalStateException("a hash was not asked for");
        }
        return HexFormat.of().formatHex(mac.doFinal(address), 0, HASH_BYTES);
    }
}
