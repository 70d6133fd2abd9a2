package dev.usher.server.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A few visits a second to each of some names, now and then one to a name that nobody has, and visitors that stay. */
final class Guests implements AutoCloseable {
    private static final long PAUSE_NANOS = Duration.ofMillis(120).toNanos();
    private static final int STAYING = 3;
    private static final int LOST_ONE_IN = 10;
    private static final String NOBODY = "old.example.com";

    private final InetSocketAddress usher;
    private final List<Visitor> visitors = new ArrayList<>();
    private final List<Visitor.Stay> stays = new ArrayList<>();
    private final Thread thread;
    private volatile boolean over;

    Guests(Certificates certificates, InetSocketAddress usher, String... names) throws Exception {
        this.usher = usher;
        for (String name : names) {
            Visitor visitor = new Visitor(certificates, name);
            visitors.add(visitor);
            for (int i = 0; i < STAYING; i++) {
                stays.add(visitor.new Stay(usher));
            }
        }
        thread = Thread.ofPlatform().daemon().name("guests").start(this::come);
    }

    private void come() {
        for (int i = 0; !over; i++) {
            try {
                visitors.get(i % visitors.size()).visit("127.0.0.1", usher);
                stay(i % stays.size());
                if (i % LOST_ONE_IN == 0) {
                    getLost();
                }
            } catch (IOException backendIsDown) {
                // The tests take backends away: that is one more thing to see.
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** One that stays asks again, and comes back if its backend has left or has lost patience. */
    private void stay(int index) throws IOException {
        Visitor.Stay stay = stays.get(index);
        try {
            stay.ask();
        } catch (IOException ended) {
            stay.close();
            stays.set(index, visitors.get(index / STAYING).new Stay(usher));
        }
    }

    private void getLost() throws IOException {
        try (Peer peer = Peer.connect(usher)) {
            peer.send(Hello.of(NOBODY)).ending();
        }
    }

    @Override
    public void close() throws IOException {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Visitor.Stay stay : stays) {
            stay.close();
        }
    }
}
