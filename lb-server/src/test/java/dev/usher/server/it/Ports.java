package dev.usher.server.it;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Ports of this machine's loopback. */
public final class Ports {
    private static final int CONNECT_MILLIS = 1000;

    private Ports() {}

    /** One that nobody has now, on any address; for programs that cannot be told to choose one. */
    public static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Waits until this program, which may end before, listens there. */
    static Program taken(int port, Program program) throws Exception {
        Await.process(
                () -> {
                    if (!program.isAlive()) {
                        throw new AssertionError("the program ended: " + program.all());
                    }
                    return accepts(port);
                },
                "the program listens");
        return program;
    }

    /** Waits until this program listens at a unix socket. */
    static Program taken(Path socket, Program program) throws Exception {
        Await.until(
                () -> {
                    if (!program.isAlive()) {
                        throw new AssertionError("the program ended: " + program.all());
                    }
                    return accepts(socket);
                },
                "the program listens");
        return program;
    }

    private static boolean accepts(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** Whether somebody listens there. */
    static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }
}
