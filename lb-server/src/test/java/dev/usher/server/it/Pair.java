package dev.usher.server.it;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Two machines with usher on one switch, and a third that is the router, the clients and the backends in one. The addresses
 * are those of docs/high-availability.md.
 */
final class Pair {
    static final String ROUTER = "192.0.2.1";
    static final String NAME = "www.example.com";

    private static final byte[] HELLO = Hello.of(NAME);
    private static final int PORT = 443;
    private static final int ATTEMPT_MILLIS = 1000;
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** So long without a failed attempt, and the outage is over: longer than an engine needs to notice. */
    private static final Duration QUIET = Duration.ofSeconds(4);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NetworkNamespace network;
    private final NetworkNamespace router;
    private final Machine one;
    private final Machine two;

    /** @param parts gets everything that is started, also if a later start fails */
    Pair(Parts parts) throws Exception {
        network = parts.add(NetworkNamespace.make("switch"));
        network.run("ip", "link", "add", "lan", "type", "bridge");
        network.run("ip", "link", "set", "lan", "up");
        router = parts.add(NetworkNamespace.make("router"));
        plug(router, "router", ROUTER);
        for (int i = 0; i < 2; i++) {
            int backend = i + 1;
            String address = "192.0.2.2" + backend;
            router.run("ip", "address", "add", address + "/24", "dev", "eth0");
            parts.add(router.call(
                    () -> new Backend(new InetSocketAddress(InetAddress.ofLiteral(address), PORT), peer -> {
                        peer.read(1);
                        peer.send((byte) backend);
                    })));
        }
        one = machine(parts, "one", "192.0.2.11");
        two = machine(parts, "two", "192.0.2.12");
    }

    private Machine machine(Parts parts, String name, String address) throws Exception {
        NetworkNamespace namespace = parts.add(NetworkNamespace.make(name));
        plug(namespace, name, address);
        return parts.add(new Machine(name, address, namespace));
    }

    private void plug(NetworkNamespace machine, String port, String address) throws Exception {
        NetworkNamespace.cable(machine, "eth0", network, port);
        network.run("ip", "link", "set", port, "master", "lan");
        machine.run("ip", "address", "add", address + "/24", "dev", "eth0");
    }

    NetworkNamespace router() {
        return router;
    }

    List<Machine> machines() {
        return List.of(one, two);
    }

    Machine otherThan(Machine machine) {
        return machine == one ? two : one;
    }

    /** A machine with usher. */
    final class Machine implements AutoCloseable {
        private final String name;
        private final String address;
        private final NetworkNamespace namespace;
        private Program usher;

        private Machine(String name, String address, NetworkNamespace namespace) throws IOException {
            this.name = name;
            this.address = address;
            this.namespace = namespace;
            usher = startUsher();
        }

        private Program startUsher() throws IOException {
            Path directory = Program.directory(name);
            Path file = Files.writeString(directory.resolve("usher.yaml"), """
                    routes: { %s: web }
                    pools: { web: { balance: client-hash, backends: ["192.0.2.21:443", "192.0.2.22:443"] } }
                    shutdown: { readiness_delay: 4s }
                    """.formatted(NAME));
            return namespace.start(
                    Map.of("RUNTIME_DIRECTORY", directory.toString()),
                    Product.command("run", file.toString()).toArray(String[]::new));
        }

        void awaitReady() {
            usher.err().await("is ready");
        }

        NetworkNamespace namespace() {
            return namespace;
        }

        String address() {
            return address;
        }

        /** @param name as {@code KILL}, or {@code TERM} for an end in order */
        void signalUsher(String name) throws Exception {
            usher.signal(name);
        }

        void restartUsher() throws Exception {
            usher.close();
            usher = startUsher();
            awaitReady();
        }

        /** As a broken switch does: neither side sees its cable go. */
        void cutOff() throws Exception {
            network.run("ip", "link", "set", name, "nomaster");
        }

        @Override
        public String toString() {
            return name;
        }

        @Override
        public void close() {
            usher.process().destroyForcibly();
            usher.close();
        }
    }

    /** The backend that answers a new connection of this client, once one does. */
    int backendOf(String client, String address) throws Exception {
        return router.call(() -> {
            int[] backend = new int[1];
            Await.process(() -> (backend[0] = attempt(client, address)) > 0, address + " answers " + client, PATIENCE);
            return backend[0];
        });
    }

    /** What happens to a machine. */
    @FunctionalInterface
    interface Loss {
        void happens() throws Exception;
    }

    /** A new connection every 20 ms, each from a port of its own, until none has failed for a while after the loss. */
    Outage outage(String address, Loss loss) throws Exception {
        Attempts attempts = new Attempts(address);
        FutureTask<Void> task = new FutureTask<>(() -> router.call(attempts));
        Thread.ofPlatform().daemon().start(task);
        Await.process(() -> attempts.succeeded.get() > 0, "a connection succeeds");
        loss.happens();
        attempts.lost = System.nanoTime();
        task.get();
        return attempts.outage();
    }

    /**
     * What clients saw of a loss.
     *
     * @param failed attempts
     * @param lasted from the start of the first failed attempt to the start of the last
     */
    record Outage(int failed, Duration lasted) {}

    /** Threads made by a thread in a namespace are there too. */
    private static final class Attempts implements Callable<Void> {
        private final String address;
        private final AtomicInteger succeeded = new AtomicInteger();
        /** When failed attempts began. */
        private final ConcurrentSkipListSet<Long> failed = new ConcurrentSkipListSet<>();

        private volatile long lost;

        private Attempts(String address) {
            this.address = address;
        }

        @Override
        public Void call() {
            while (lost == 0
                    || since(lost) < QUIET.toNanos()
                    || (!failed.isEmpty() && since(failed.last()) < QUIET.toNanos())) {
                if (lost != 0 && since(lost) > PATIENCE.toNanos()) {
                    throw new AssertionError("connections still fail after " + PATIENCE);
                }
                Thread.ofPlatform().daemon().name("attempt").start(this::attemptOnce);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            return null;
        }

        private void attemptOnce() {
            long begun = System.nanoTime();
            if (attempt(ROUTER, address) == 0) {
                failed.add(begun);
            } else {
                succeeded.incrementAndGet();
            }
        }

        private static long since(long nanos) {
            return System.nanoTime() - nanos;
        }

        private Outage outage() {
            return new Outage(failed.size(), Duration.ofNanos(failed.isEmpty() ? 0 : failed.last() - failed.first()));
        }
    }

    private static int attempt(String client, String address) {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(client), 0));
            socket.setSoTimeout(ATTEMPT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), PORT), ATTEMPT_MILLIS);
            socket.getOutputStream().write(HELLO);
            return Math.max(0, socket.getInputStream().read());
        } catch (IOException failed) {
            return 0;
        }
    }
}
