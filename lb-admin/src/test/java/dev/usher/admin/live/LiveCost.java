package dev.usher.admin.live;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Json;
import dev.usher.view.PoolView;
import io.undertow.Undertow;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Measures frames and streams. */
public final class LiveCost {
    private static final int WARM = 300;
    private static final int MEASURED = 200;
    private static final int BUSY = 60;
    private static final int SECONDS = 20;

    private LiveCost() {}

    private static FrameStatus status(List<PoolView> pools) {
        return new FrameStatus(1, "same", "serving", true, 0);
    }

    /** Milliseconds of CPU for one frame, once warm: of seconds without traffic, and of one with. */
    public static double measureFrames(LoadBalancer balancer, Runnable traffic) {
        FrameSource source = new FrameSource(balancer, LiveCost::status);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int i = 0; i < WARM; i++) {
            Json.bytes(source.next());
        }
        long begun = threads.getCurrentThreadCpuTime();
        int bytes = 0;
        for (int i = 0; i < MEASURED; i++) {
            bytes = Json.bytes(source.next()).length;
        }
        double quiet = (threads.getCurrentThreadCpuTime() - begun) / 1e6 / MEASURED;
        long busyNanos = 0;
        for (int i = 0; i < BUSY; i++) {
            traffic.run();
            begun = threads.getCurrentThreadCpuTime();
            Json.bytes(source.next());
            busyNanos += i < BUSY / 2 ? 0 : threads.getCurrentThreadCpuTime() - begun;
        }
        double busy = busyNanos / 1e6 / (BUSY / 2);
        System.out.printf("frame: %.2f ms quiet, %.2f ms when all pools had sessions; %d bytes%n", quiet, busy, bytes);
        return quiet;
    }

    /** Per cent of a core with the most that may look, over real sockets. */
    public static double measureStreams(LoadBalancer balancer) throws Exception {
        Live live = new Live(balancer, LiveCost::status, _ -> () -> true);
        Undertow server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1", live.stream())
                .setIoThreads(1)
                .setWorkerThreads(1)
                .build();
        server.start();
        live.start();
        List<StreamPeer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < FrameStream.MAX_CLIENTS; i++) {
                StreamPeer peer = new StreamPeer(
                        (InetSocketAddress) server.getListenerInfo().getFirst().getAddress());
                peers.add(peer);
                Thread.ofVirtual().start(() -> readAll(peer));
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS)); // to be warm
            long before = cpuNanos();
            long begun = System.nanoTime();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS));
            double percent = 100.0 * (cpuNanos() - before) / (System.nanoTime() - begun);
            System.out.printf(
                    "streams: %.2f %% of a core with %d clients%n",
                    percent, live.stream().clients());
            return percent;
        } finally {
            for (StreamPeer peer : peers) {
                peer.close();
            }
            live.close();
            server.stop();
        }
    }

    private static void readAll(StreamPeer peer) {
        try {
            while (true) {
                peer.line();
            }
        } catch (java.io.IOException ended) {
            // as it should
        }
    }

    /** Of the threads that sample and send. */
    private static long cpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Set<Thread> all = Thread.getAllStackTraces().keySet();
        return all.stream()
                .filter(thread -> thread.getName().equals("admin-sampler")
                        || thread.getName().contains("I/O")
                        || thread.getName().contains("task-"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.threadId()))
                .sum();
    }
}
