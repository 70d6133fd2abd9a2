package dev.usher.epoll;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

/** The relay tells failed connects apart by the class of the exception; the numbers are those of Linux. */
class ErrnoTest {
    @Test
    void failedConnectsHaveClassesOfTheirOwn() {
        assertInstanceOf(BindException.class, Errno.connectException(-99)); // EADDRNOTAVAIL
        assertInstanceOf(NoRouteToHostException.class, Errno.connectException(-113)); // EHOSTUNREACH
        assertInstanceOf(ConnectException.class, Errno.connectException(-111)); // ECONNREFUSED
        assertInstanceOf(SocketTimeoutException.class, Errno.connectException(-110)); // ETIMEDOUT
    }
}
