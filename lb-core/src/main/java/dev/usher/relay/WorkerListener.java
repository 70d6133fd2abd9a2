package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.loop.AcceptPause;
import dev.usher.loop.ListenSocket;
import dev.usher.metrics.Counter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A listener on one worker: its sockets, and the place where its connections become sessions. */
final class WorkerListener implements ListenSocket.Owner, Origin {
    private final Workplace place;
    private final Counter acceptPauses;
    private final ListenerCounts counts;
    private final ListenerCounts.OfWorker ours;
    private final Map<HostPort, ListenSocket> sockets = new LinkedHashMap<>();
    private ListenerConfig config;

    /** @param acceptPauses the worker's counter, for every listener */
    WorkerListener(Workplace place, Counter acceptPauses, ListenerConfig config, ListenerCounts counts) {
        this.place = place;
        this.acceptPauses = acceptPauses;
        this.counts = counts;
        this.ours = counts.workers().get(place.index());
        this.config = config;
    }

    /** Opens another socket, accepting from {@link #follow} on. */
    ListenSocket bind(HostPort bind, InetSocketAddress address) throws IOException {
        ListenSocket socket = new ListenSocket(place.worker(), address, this);
        sockets.put(bind, socket);
        return socket;
    }

    /** Takes the connections queued on a socket, and closes the socket; no effect if the socket was never opened. */
    void unbind(HostPort bind) throws IOException {
        ListenSocket socket = sockets.remove(bind);
        if (socket != null) {
            socket.close();
        }
    }

    boolean hasSockets() {
        return !sockets.isEmpty();
    }

    /** Takes over these settings, and accepts. */
    void follow(ListenerConfig changed) {
        config = changed;
        sockets.values().forEach(ListenSocket::resume);
    }

    @Override
    public String name() {
        return counts.name();
    }

    @Override
    public ListenerConfig config(Routing routing) {
        return routing.config().listeners().getOrDefault(name(), config);
    }

    @Override
    public ListenerCounts.OfWorker counts() {
        return ours;
    }

    @Override
    public @Nullable AcceptPause full() {
        if (counts.open().get() >= config.maxConnections()) {
            return AcceptPause.LISTENER_FULL;
        }
        int open = place.shared().openSessions().get();
        if (open >= place.routing().config().limits().maxConnections()) {
            return AcceptPause.ALL_FULL;
        }
        return open >= place.shared().maxSessions() ? AcceptPause.NO_DESCRIPTORS : null;
    }

    @Override
    public void onPaused(AcceptPause why) {
        acceptPauses.increment();
        ours.acceptPauses().of(why).increment();
    }

    @Override
    public void onAccepted(SocketChannel channel) {
        counts.open().incrementAndGet();
        place.shared().openSessions().incrementAndGet();
        ours.accepted().increment();
        ours.open().increment();
        new Session(place, this).start(channel);
    }

    @Override
    public void onClosed() {
        counts.open().decrementAndGet();
        place.shared().openSessions().decrementAndGet();
        ours.open().add(-1);
        sockets.values().forEach(ListenSocket::resume);
    }
}
