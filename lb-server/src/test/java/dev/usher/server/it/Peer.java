package dev.usher.server.it;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;

/** One end of a connection, on a plain blocking socket. No read waits for ever. */
final class Peer implements AutoCloseable {
    private static final int READ_MILLIS = 60_000;

    /** How the other end ended the connection. */
    enum Ending {
        FIN,
        RST
    }

    private final Socket socket;
    private final InetSocketAddress address;

    Peer(Socket socket) throws SocketException {
        this.socket = socket;
        this.address = new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
        socket.setSoTimeout(READ_MILLIS);
        socket.setTcpNoDelay(true);
    }

    static Peer connect(Usher usher) throws IOException {
        return connect(usher.address());
    }

    static Peer connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address, READ_MILLIS);
        return new Peer(socket);
    }

    Socket socket() {
        return socket;
    }

    /** Its own address, as the other end sees it; also after it is closed. */
    InetSocketAddress address() {
        return address;
    }

    InputStream in() throws IOException {
        return socket.getInputStream();
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    Peer send(byte... bytes) throws IOException {
        out().write(bytes);
        return this;
    }

    /** Reads exactly so many bytes. */
    byte[] read(int count) throws IOException {
        byte[] bytes = in().readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("FIN after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    /** Sends a FIN, and can still read. */
    Peer halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Breaks the connection off: the other end gets a RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads and drops what comes until the other end ends the connection, and says how it did. */
    Ending ending() throws IOException {
        try {
            in().transferTo(OutputStream.nullOutputStream());
            return Ending.FIN;
        } catch (SocketException e) {
            if ("Connection reset".equals(e.getMessage())) {
                return Ending.RST;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
