package dev.usher.testing;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A backend on loopback that does with each connection what its script says. */
public final class TestBackend implements AutoCloseable {
    /** What happens with one connection. An IOException ends it; anything else fails the test when the backend closes. */
    @FunctionalInterface
    public interface Script {
        void serve(TestPeer client) throws IOException;
    }

    /** Sends back what it gets; its FIN follows the client's. */
    public static final Script ECHO = client -> {
        byte[] piece = new byte[64 * 1024];
        for (int count = client.read(piece, piece.length); count >= 0; count = client.read(piece, piece.length)) {
            client.socket().getOutputStream().write(piece, 0, count);
        }
    };

    /** Takes all and answers nothing; its FIN follows the client's. */
    public static final Script SILENT = TestPeer::readToEnd;

    /** Closes at once: a FIN, or a RST if anything came that was not read. */
    public static final Script CLOSE = _ -> {};

    /** Breaks off at once. */
    public static final Script RESET = TestPeer::reset;

    private final AutoCloseable socket;
    private final InetSocketAddress address;
    private final List<TestPeer> connections = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger serving = new AtomicInteger();
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    private TestBackend(AutoCloseable socket, InetSocketAddress address) {
        this.socket = socket;
        this.address = address;
    }

    /** Listens on a free port. */
    public static TestBackend start(Script script) {
        return startAt(0, script);
    }

    /** Listens on this port of loopback. */
    public static TestBackend startAt(int port, Script script) {
        try {
            ServerSocket listening = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
            TestBackend backend = new TestBackend(listening, (InetSocketAddress) listening.getLocalSocketAddress());
            backend.run("backend", () -> backend.accept(listening, script));
            return backend;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the hello, of so many bytes, and then goes on as {@code script} says. */
    public static TestBackend afterReading(int bytes, Script script) {
        return start(client -> {
            client.read(bytes);
            script.serve(client);
        });
    }

    /** Refuses every connection: its port is bound, so that nobody else gets it, and nobody listens. */
    public static TestBackend refusing() {
        try {
            Socket bound = new Socket();
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return new TestBackend(bound, (InetSocketAddress) bound.getLocalSocketAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers no SYN: its queue is full, and the kernel drops what does not fit. */
    public static TestBackend unreachable() {
        try {
            ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            TestBackend backend = new TestBackend(listening, (InetSocketAddress) listening.getLocalSocketAddress());
            backend.fillQueue();
            return backend;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fillQueue() throws IOException {
        for (int i = 0; i < 16; i++) {
            Socket filler = new Socket();
            connections.add(new TestPeer(filler));
            try {
                filler.connect(address, 100);
            } catch (java.net.SocketTimeoutException full) {
                return;
            }
        }
        throw new IllegalStateException("this system has room for more in a queue of one");
    }

    public InetSocketAddress address() {
        return address;
    }

    public HostPort hostPort() {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort());
    }

    public BackendConfig config() {
        return BackendConfig.of(hostPort());
    }

    /** Its name in metrics. */
    public String name() {
        return hostPort().toString();
    }

    /** Connections accepted so far, in their order. */
    public List<TestPeer> connections() {
        return connections;
    }

    /** The connection of this number, from 0, once it is there. */
    public TestPeer connection(int number) {
        Await.until(() -> connections.size() > number, "backend " + name() + " has connection " + number);
        return connections.get(number);
    }

    /** Waits until no script runs any more. */
    public void awaitScripts() {
        Await.until(() -> serving.get() == 0, "the scripts of the backend are done");
    }

    private void accept(ServerSocket listening, Script script) {
        try {
            while (!closed) {
                TestPeer client = new TestPeer(listening.accept());
                serving.incrementAndGet();
                connections.add(client);
                run("backend of " + client.socket().getPort(), () -> serve(client, script));
            }
        } catch (IOException e) {
            if (!closed) {
                failure = e;
            }
        }
    }

    private void serve(TestPeer client, Script script) {
        try (client) {
            script.serve(client);
        } catch (IOException broken) {
            // A test that minds looks at what was received.
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            serving.decrementAndGet();
        }
    }

    private void run(String name, Runnable task) {
        Thread thread = Thread.ofPlatform().daemon().name(name).start(task);
        synchronized (threads) {
            threads.add(thread);
        }
    }

    /** A script that keeps each connection open, unread, until the latch opens. */
    public static Script holdUntil(CountDownLatch latch) {
        return _ -> await(latch);
    }

    /** Waits for a latch, and not for ever. */
    public static void await(CountDownLatch latch) {
        try {
            if (!latch.await(TestPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("nobody opened the latch");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        connections.forEach(TestPeer::close);
        List<Thread> running;
        synchronized (threads) {
            running = List.copyOf(threads);
        }
        for (Thread thread : running) {
            thread.interrupt();
            try {
                thread.join(TestPeer.PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (failure != null) {
            throw new AssertionError("the script of a backend failed", failure);
        }
    }
}
