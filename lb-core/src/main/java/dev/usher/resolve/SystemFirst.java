package dev.usher.resolve;

import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;

/**
 * Keeps the JVM's look-ups with the system. The library for name servers registers itself for every look-up of the JVM;
 * the JVM takes the first registration on the class path, and this class comes before the libraries.
 */
public final class SystemFirst extends InetAddressResolverProvider {
    @Override
    public InetAddressResolver get(Configuration configuration) {
        return configuration.builtinResolver();
    }

    @Override
    public String name() {
        return "system";
    }
}
