package dev.usher.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/** One end of a connection, on a plain blocking socket. No read waits longer than {@link #PATIENCE}. */
public final class TestPeer implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How the other end ended the connection. */
    public enum Ending {
        FIN,
        RST
    }

    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    TestPeer(Socket socket) throws SocketException {
        this.socket = socket;
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
    }

    /** The address of the other end. */
    public InetSocketAddress remote() {
        return (InetSocketAddress) socket.getRemoteSocketAddress();
    }

    /** A client. */
    public static TestPeer connect(InetSocketAddress address) throws IOException {
        return connect(address, 0);
    }

    /**
     * A client for which the kernel keeps little.
     *
     * @param receiveBufferBytes what it keeps for a client that does not read; 0 is the system's choice
     */
    public static TestPeer connect(InetSocketAddress address, int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.connect(address, (int) PATIENCE.toMillis());
        return new TestPeer(socket);
    }

    /** A client at {@code local}, an address of loopback. */
    public static TestPeer connectFrom(String local, InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(local, 0));
        socket.connect(address, (int) PATIENCE.toMillis());
        return new TestPeer(socket);
    }

    public Socket socket() {
        return socket;
    }

    public TestPeer send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends what is left in the buffer, which is not moved. */
    public TestPeer send(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return send(copy);
    }

    /** Reads some bytes, at most {@code limit}; -1 at the other end's FIN. */
    public int read(byte[] into, int limit) throws IOException {
        int count = socket.getInputStream().read(into, 0, limit);
        if (count > 0) {
            synchronized (received) {
                received.write(into, 0, count);
            }
        }
        return count;
    }

    /** Reads exactly so many bytes. */
    public byte[] read(int bytes) throws IOException {
        byte[] into = new byte[bytes];
        for (int filled = 0; filled < bytes; ) {
            byte[] rest = new byte[bytes - filled];
            int count = read(rest, rest.length);
            if (count < 0) {
                throw new EOFException("FIN after " + filled + " of " + bytes + " bytes");
            }
            System.arraycopy(rest, 0, into, filled, count);
            filled += count;
        }
        return into;
    }

    /** Reads up to the other end's FIN. */
    public byte[] readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[64 * 1024];
        for (int count = read(piece, piece.length); count >= 0; count = read(piece, piece.length)) {
            all.write(piece, 0, count);
        }
        return all.toByteArray();
    }

    /** Reads and drops whatever comes until the other end ends the connection, and says how it did. */
    public Ending ending() throws IOException {
        byte[] piece = new byte[64 * 1024];
        try {
            while (socket.getInputStream().read(piece) >= 0) {
                // not of interest
            }
            return Ending.FIN;
        } catch (SocketException e) {
            return resetOrThrow(e);
        }
    }

    /** Connects, says nothing, and tells how the connection ended: a RST may come before the connect has returned. */
    public static Ending endingOfConnection(InetSocketAddress address) throws IOException {
        TestPeer client;
        try {
            client = connect(address);
        } catch (SocketException e) {
            return resetOrThrow(e);
        }
        try (client) {
            return client.ending();
        }
    }

    private static Ending resetOrThrow(SocketException e) throws SocketException {
        if (String.valueOf(e.getMessage()).startsWith("Connection reset")) {
            return Ending.RST;
        }
        throw e;
    }

    /** All that was read so far by any of the methods that hand bytes out. */
    public byte[] received() {
        synchronized (received) {
            return received.toByteArray();
        }
    }

    public boolean hasReceived(byte[] bytes) {
        return Arrays.equals(bytes, received());
    }

    /** Sends a FIN, and can still read. */
    public TestPeer halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Breaks the connection off: the other end gets a RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
