package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.loop.AcceptPause;
import dev.usher.loop.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One listener on one worker: its sockets, and where its connections become sessions. */
final class RelayListener implements Listener.Owner {
    private final Relay relay;
    private final ListenerState state;
    private final ListenerMetrics metrics;
    private final Map<HostPort, Listener> sockets = new LinkedHashMap<>();
    private ListenerConfig config;

    RelayListener(Relay relay, ListenerConfig config, ListenerState state) {
        this.relay = relay;
        this.state = state;
        this.metrics = state.metrics().get(relay.index());
        this.config = config;
    }

    /** Opens one more socket, which accepts from {@link #follow} on. */
    Listener bind(HostPort bind, InetSocketAddress address) throws IOException {
        Listener socket = new Listener(relay.worker(), address, this);
        sockets.put(bind, socket);
        return socket;
    }

    /** Takes what is queued on one socket, and closes it; one that was never opened needs nothing. */
    void unbind(HostPort bind) throws IOException {
        Listener socket = sockets.remove(bind);
        if (socket != null) {
            socket.close();
        }
    }

    boolean hasSockets() {
        return !sockets.isEmpty();
    }

    /** Goes on with these settings, and accepts. */
    void follow(ListenerConfig changed) {
        config = changed;
        sockets.values().forEach(Listener::resume);
    }

    String name() {
        return state.name();
    }

    ListenerConfig config() {
        return config;
    }

    /**
     * Its settings as of the same configuration as the pools: the listener itself is told of a new one a moment after it
     * is in force. Of a listener that is being closed, the last ones.
     */
    ListenerConfig config(Routing routing) {
        return routing.config().listeners().getOrDefault(name(), config);
    }

    ListenerMetrics metrics() {
        return metrics;
    }

    @Override
    public @Nullable AcceptPause full() {
        if (state.open().get() >= config.maxConnections()) {
            return AcceptPause.LISTENER_FULL;
        }
        int open = relay.openSessions().get();
        if (open >= relay.routing().config().limits().maxConnections()) {
            return AcceptPause.ALL_FULL;
        }
        return open >= relay.maxSessions() ? AcceptPause.NO_DESCRIPTORS : null;
    }

    @Override
    public void onPaused(AcceptPause why) {
        relay.acceptPauses().increment();
        metrics.acceptPauses().of(why).increment();
    }

    @Override
    public void onAccepted(SocketChannel channel) {
        state.open().incrementAndGet();
        relay.openSessions().incrementAndGet();
        metrics.accepted().increment();
        metrics.open().increment();
        relay.begin(this, channel);
    }

    /** One of its sessions is gone. */
    void onClosed() {
        state.open().decrementAndGet();
        relay.openSessions().decrementAndGet();
        metrics.open().add(-1);
        sockets.values().forEach(Listener::resume);
    }
}
