package dev.usher.relay;

import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.loop.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** One listener on one worker: its sockets, and where its connections become sessions. */
final class RelayListener implements Listener.Owner {
    private final Relay relay;
    private final ListenerState state;
    private final ListenerMetrics metrics;
    private final ListenerType type;
    private final List<Listener> sockets = new ArrayList<>();

    RelayListener(Relay relay, ListenerConfig config, ListenerState state) {
        this.relay = relay;
        this.state = state;
        this.metrics = state.metrics().get(relay.index());
        this.type = config.type();
    }

    /** Starts to listen on one more address. */
    Listener bind(InetSocketAddress address) throws IOException {
        Listener socket = new Listener(relay.worker(), address, relay.acceptPauses(), this);
        sockets.add(socket);
        return socket;
    }

    String name() {
        return state.name();
    }

    ListenerType type() {
        return type;
    }

    ListenerMetrics metrics() {
        return metrics;
    }

    /** Its settings as of the configuration that is in force. */
    ListenerConfig config(Routing routing) {
        ListenerConfig config = routing.config().listeners().get(name());
        if (config == null) {
            throw new IllegalStateException("listener " + name() + " outlived its configuration");
        }
        return config;
    }

    @Override
    public boolean hasRoom() {
        Routing routing = relay.routing();
        return state.open().get() < config(routing).maxConnections()
                && relay.openSessions().get() < routing.config().limits().maxConnections();
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
        for (int i = 0; i < sockets.size(); i++) {
            sockets.get(i).resume();
        }
    }

    /** Takes what is queued, and stops to listen. */
    void close() throws IOException {
        for (Listener socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }
}
