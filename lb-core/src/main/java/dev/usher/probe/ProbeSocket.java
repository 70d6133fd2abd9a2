package dev.usher.probe;

import dev.usher.descriptor.KernelAddress;
import dev.usher.epoll.EpollProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;

/**
 * A unix socket in the form of a {@link Socket}: the JDK's TLS sockets are layered on this class only.
 * Reads have no time-out of their own; the watchdog closes the socket.
 */
final class ProbeSocket extends Socket {
    /** The host of a unix socket in a request and in a handshake, where the check has no name. */
    private static final String HOST = "localhost";

    private final SocketChannel channel;
    /** True if reads and writes wait; the sockets of abstract names do not, and probes there only connect. */
    private final boolean waits;
    /** True from the connect on, also once closed, as in any other socket. */
    private volatile boolean connected;

    /** Opens the descriptor. */
    ProbeSocket(SocketAddress address) throws IOException {
        waits = !(address instanceof UnixDomainSocketAddress unix && KernelAddress.isAbstract(unix));
        channel = waits
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : EpollProvider.untried().openSocketChannel(StandardProtocolFamily.UNIX);
    }

    static String host(SocketAddress address) {
        return address instanceof InetSocketAddress tcp ? tcp.getHostString() : HOST;
    }

    /** A port for the JDK's records of sessions; -1 for a unix socket. */
    static int port(SocketAddress address) {
        return address instanceof InetSocketAddress tcp ? tcp.getPort() : -1;
    }

    /** @param timeoutMillis not needed: the kernel decides at once */
    @Override
    public void connect(SocketAddress file, int timeoutMillis) throws IOException {
        try {
            if (waits) {
                channel.configureBlocking(false); // else a full queue would hold the probe up
            }
            connected = channel.connect(file);
            if (waits) {
                channel.configureBlocking(true);
            }
        } catch (ConnectException refused) {
            throw refused;
        } catch (BindException denied) { // EACCES in the JDK's words, which elsewhere mean a lack of ports
            throw new SocketException(denied.getMessage());
        } catch (SocketException failed) {
            throw !waits || isThere(file) ? new SocketException("its queue of connections is full", failed) : failed;
        }
    }

    private static boolean isThere(SocketAddress file) {
        return file instanceof UnixDomainSocketAddress unix && Files.exists(unix.getPath());
    }

    @Override
    public InputStream getInputStream() {
        return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
        return Channels.newOutputStream(channel);
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void setSoTimeout(int millis) {
        // the watchdog has the time of the whole probe
    }

    @Override
    public int getSoTimeout() {
        return 0;
    }

    @Override
    public void shutdownInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
