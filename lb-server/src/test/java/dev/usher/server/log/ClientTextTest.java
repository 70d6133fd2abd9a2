package dev.usher.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ClientTextTest {
    private static final InetSocketAddress V4 = new InetSocketAddress("203.0.113.9", 51044);
    private static final InetSocketAddress V6 = new InetSocketAddress("2001:db8:1:2::9", 51044);

    @Test
    void fullHasAddressAndPort() {
        ClientText text = new ClientText(ClientIp.FULL);
        assertEquals("203.0.113.9:51044", text.of(V4));
        assertEquals("[2001:db8:1:2::9]:51044", text.of(V6));
    }

    @Test
    void truncatedHasTheNetworkOnly() {
        ClientText text = new ClientText(ClientIp.TRUNCATED);
        assertEquals("203.0.113.0/24", text.of(V4));
        assertEquals("2001:db8:1::/48", text.of(V6));
    }

    @Test
    void hashedKeepsEqualAddressesEqualWithinOneRunOnly() {
        ClientText text = new ClientText(ClientIp.HASHED);
        assertTrue(text.of(V4).matches("[0-9a-f]{16}"), text.of(V4));
        assertEquals(text.of(V4), text.of(new InetSocketAddress("203.0.113.9", 1)));
        assertNotEquals(text.of(V4), text.of(new InetSocketAddress("203.0.113.10", 51044)));
        assertNotEquals(text.of(V4), new ClientText(ClientIp.HASHED).of(V4));
    }
}
