package dev.usher.server.train;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A backend that costs little: it reads one TLS record, the hello, and answers with as many bytes as a server's first
 * flight has. Then it takes orders of two ints: how many bytes it will be sent, and how many it is to send.
 */
final class TrainingBackend implements AutoCloseable {
    static final int FLIGHT_BYTES = 2800;
    /** The most that one order may ask for in either direction. */
    static final int MAX_BYTES = 1024 * 1024;

    private static final int RECORD_HEADER_BYTES = 5;

    private final ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    private final byte[] bytes = new byte[MAX_BYTES];

    /** Serves at once, on a free port of the loopback address. */
    TrainingBackend() throws IOException {
        Thread.ofPlatform().name("backend-" + port()).daemon().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            byte[] header = in.readNBytes(RECORD_HEADER_BYTES);
            if (header.length < RECORD_HEADER_BYTES) {
                return; // a probe
            }
            in.skipNBytes(((header[3] & 0xff) << 8) | (header[4] & 0xff));
            out.write(bytes, 0, FLIGHT_BYTES);
            while (true) {
                int up = in.readInt();
                int down = in.readInt();
                in.skipNBytes(up);
                out.write(bytes, 0, down);
            }
        } catch (IOException done) {
            // The client has what it wanted, or is gone.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
