package dev.usher.proxyheader;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Reads the header of one version. Holds positions only; each call continues where the last call stopped. */
sealed interface HeaderReader permits LineReader, BlockReader {
    /** Same as {@link ProxyHeaderCollector#collect}, up to the first final result. */
    ProxyHeaderResult read(ByteBuffer raw) throws RefusedHeaderException;

    /** Converts 4 or 16 bytes to an address; a v4-mapped address becomes IPv4. No name resolution. */
    static InetSocketAddress socketAddress(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + address.length + " bytes", e);
        }
    }
}
