package dev.usher.resolve;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.net.spi.InetAddressResolverProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The library for name servers would take over every look-up of the JVM. */
class SystemFirstTest {
    @Test
    void isTheFirstOnTheClassPath() {
        assertInstanceOf(
                SystemFirst.class,
                ServiceLoader.load(InetAddressResolverProvider.class, ClassLoader.getSystemClassLoader())
                        .findFirst()
                        .orElseThrow());
    }
}
