package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StartFaultTest {
    private static final String LISTENER = "listener https cannot listen on 0.0.0.0:443: ";
    private static final String ADVICE = " (to see who has it: ss -tanp 'sport = :443')";

    @Test
    void keepsTheAdviceForAPortInUse() {
        String message = LISTENER + "Address already in use" + ADVICE;
        assertEquals(message, StartFault.text(new IOException(message)));
    }

    @Test
    void namesTheCapabilityWhereThePermissionIsMissing() {
        String text = StartFault.text(new IOException(LISTENER + "Permission denied"));
        assertTrue(text.startsWith(LISTENER + "Permission denied (ports below 1024 need CAP_NET_BIND_SERVICE"), text);
    }
}
