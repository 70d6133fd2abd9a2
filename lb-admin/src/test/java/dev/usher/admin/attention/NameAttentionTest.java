package dev.usher.admin.attention;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.view.FailingName;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class NameAttentionTest {
    private static String told(List<String> servers) {
        return NameAttention.of(new FailingName("web.internal", servers, Instant.EPOCH, List.of()))
                .text();
    }

    @Test
    void namesTheServersThatWereAsked() {
        assertTrue(told(List.of()).endsWith("the DNS servers of this machine"), told(List.of()));
        List<String> servers = List.of("10.0.0.53:53", "10.0.0.54:53");
        assertTrue(told(servers).endsWith("the servers in resolve: 10.0.0.53:53, 10.0.0.54:53"), told(servers));
    }
}
