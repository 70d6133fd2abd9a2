package dev.usher.proxyheader;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Reads the header of one version. Holds positions only, and goes on where its last call stopped. */
sealed interface HeaderReader permits LineReader, BlockReader {
    /** As {@link ProxyHeaderCollector#collect}, up to the first result that is final. */
    ProxyHeaderResult read(ByteBuffer raw) throws RefusedHeaderException;

    /** An address of 4 or 16 bytes; one that is v4-mapped becomes an IPv4 address. Asks no resolver. */
    static InetSocketAddress socketAddress(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + address.length + " bytes", e);
        }
    }
}
