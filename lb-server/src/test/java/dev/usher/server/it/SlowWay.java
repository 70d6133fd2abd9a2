package dev.usher.server.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** The way to a backend, with a delay in each direction that can be changed: what netem does, without the kernel's help. */
final class SlowWay implements AutoCloseable {
    private static final int CHUNK_BYTES = 16 * 1024;

    private final InetSocketAddress target;
    private final Backend front;
    private volatile Duration delay = Duration.ZERO;

    SlowWay(InetSocketAddress target) throws IOException {
        this.target = target;
        this.front = new Backend(this::carry);
    }

    /** What is on its way when this is called goes by the delay before. */
    void delay(Duration each) {
        delay = each;
    }

    String hostPort() {
        return front.hostPort();
    }

    private void carry(Peer client) throws Exception {
        try (Peer backend = Peer.connect(target)) {
            Thread back = Thread.ofVirtual().start(() -> carry(backend, client));
            carry(client, backend);
            back.join();
        }
    }

    /** A FIN is passed on as late as bytes are. What the other end does not want any more is read all the same. */
    private void carry(Peer from, Peer to) {
        try {
            pass(from, to);
            to.halfClose();
        } catch (IOException gone) {
            drain(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(Peer from, Peer to) throws IOException, InterruptedException {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int count = from.in().read(chunk); count >= 0; count = from.in().read(chunk)) {
            Thread.sleep(delay);
            to.out().write(chunk, 0, count);
        }
        Thread.sleep(delay);
    }

    private static void drain(Peer from) {
        try {
            from.ending();
        } catch (IOException gone) {
            // Then there is nothing to drain.
        }
    }

    @Override
    public void close() throws IOException {
        front.close();
    }
}
