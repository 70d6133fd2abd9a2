package dev.usher.server.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend in the test's own JVM, which does with each connection what its script says. It speaks no TLS: nor does usher. */
final class Backend implements AutoCloseable {
    private static final int BACKLOG = 8192;

    /** What happens with one connection, on a thread of its own; the connection is closed afterwards. */
    @FunctionalInterface
    interface Script {
        void serve(Peer client) throws Exception;
    }

    /** Sends back what it gets; its FIN follows the client's. */
    static final Script ECHO = client -> client.in().transferTo(client.out());

    private final ServerSocket listening;
    private final Queue<Peer> open = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();

    Backend(Script script) throws IOException {
        this(InetAddress.getLoopbackAddress(), script);
    }

    Backend(InetAddress address, Script script) throws IOException {
        this(new InetSocketAddress(address, 0), script);
    }

    Backend(InetSocketAddress address, Script script) throws IOException {
        listening = new ServerSocket(address.getPort(), BACKLOG, address.getAddress());
        Thread.ofPlatform().daemon().name("backend").start(() -> accept(script));
    }

    /** An address at which every connection is refused. */
    static InetSocketAddress refusing() throws IOException {
        try (Backend gone = new Backend(_ -> {})) {
            return gone.address();
        }
    }

    private void accept(Script script) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                accepted.incrementAndGet();
                Peer peer = new Peer(socket);
                open.add(peer);
                NetworkNamespace.threads().start(() -> serve(peer, script));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Peer client, Script script) {
        try (client) {
            script.serve(client);
        } catch (Exception broken) {
            // What the client got to see is what tests look at.
        } finally {
            open.remove(client);
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** As YAML wants it. */
    String hostPort() {
        return hostPort(address());
    }

    static String hostPort(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** Connections so far. */
    int accepted() {
        return accepted.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        open.forEach(Peer::close);
    }
}
