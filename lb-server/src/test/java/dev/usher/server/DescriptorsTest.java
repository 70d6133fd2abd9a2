package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.LimitsConfig;
import dev.usher.config.UsherConfig;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
    /** One listener of 20,000 connections, which is less than limits.max_connections. */
    private final UsherConfig config = ForwardConfig.of(":1", "10.0.0.1:2");

    @Test
    void needsTwoForEachConnectionAndSomeMore() {
        assertEquals(40_128, Descriptors.needed(config));
        assertNull(Descriptors.shortage(config, 40_128));
    }

    @Test
    void saysHowManyConnectionsFit() {
        assertEquals(
                "1024 file descriptors allow 448 connections at once (2 each); more will wait."
                        + " Raise the limit (LimitNOFILE= in a unit, ulimit -n in a shell)",
                Descriptors.shortage(config, 1024));
    }

    @Test
    void saysWhatToDoWhereMoreAreAskedFor() {
        UsherConfig asking = config.withLimits(LimitsConfig.DEFAULT.withMaxConnections(10_000));
        assertFalse(Descriptors.isAskedFor(config));
        assertTrue(Descriptors.isAskedFor(asking));
        String shortage = String.valueOf(Descriptors.shortage(asking, 1024));
        assertTrue(shortage.contains("20128 file descriptors, and this process may have 1024"), shortage);
        assertTrue(shortage.endsWith("limits.max_connections to 448"), shortage);
    }

    @Test
    void knowsTheLimitOfThisProcess() {
        assertTrue(Descriptors.limit().isEmpty() || Descriptors.limit().getAsLong() > 0);
    }
}
