package dev.usher.relay;

import dev.usher.config.Address;
import dev.usher.config.ListenerConfig;
import dev.usher.loop.AcceptPause;
import dev.usher.loop.ListenSocket;
import dev.usher.metrics.Counter;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listener on one worker: its sockets, and the place where its connections become sessions. */
final class WorkerListener implements ListenSocket.Owner, Origin {
    private final Workplace place;
    private final Counter acceptPauses;
    private final ListenerCounts counts;
    private final ListenerCounts.OfWorker ours;
    /** Sockets by place; empty where other workers have the sockets of the place. */
    private final Map<Address, List<ListenSocket>> sockets = new LinkedHashMap<>();
    /** The sockets of every place, for the end of each session. */
    private ListenSocket[] all = {};
    /** Unix sockets of another worker that hands connections over. */
    private final Set<Address> doors = new HashSet<>();

    private ListenerConfig config;

    /** @param acceptPauses the worker's counter, for every listener */
    WorkerListener(Workplace place, Counter acceptPauses, ListenerConfig config, ListenerCounts counts) {
        this.place = place;
        this.acceptPauses = acceptPauses;
        this.counts = counts;
        this.ours = counts.workers().get(place.index());
        this.config = config;
    }

    /**
     * Opens the sockets of a place, accepting from {@link #follow} on.
     *
     * @param others doors of the other workers, if the connections are for all; else empty
     * @return the bound address
     */
    SocketAddress bind(Address bind, SocketAddress address, List<Door> others) throws IOException {
        ListenSocket.Owner owner = others.isEmpty() ? this : new Spread(this, others);
        List<ListenSocket> opened =
                ListenSocket.open(place.worker(), place.index(), place.workers(), address, config.options(), owner);
        sockets.put(bind, opened);
        gather();
        SocketAddress bound = opened.isEmpty() ? address : opened.getFirst().address();
        place.shared().own().listensAt(bound);
        return bound;
    }

    /** The way for connections of a socket of another worker. */
    Door door(Address bind) {
        doors.add(bind);
        return accepted -> place.worker().submit(() -> begin(accepted));
    }

    /**
     * Closes the sockets of a place, if there are any.
     *
     * @param takeQueued whether to take the connections queued there first; a successor does so otherwise
     */
    void unbind(Address bind, boolean takeQueued) throws IOException {
        doors.remove(bind);
        List<ListenSocket> closing = sockets.remove(bind);
        if (closing == null) {
            return;
        }
        gather();
        for (ListenSocket socket : closing) {
            if (takeQueued) {
                socket.close();
            } else {
                socket.leave();
            }
        }
    }

    boolean hasSockets() {
        return !sockets.isEmpty() || !doors.isEmpty();
    }

    /** Takes over these settings, and accepts. */
    void follow(ListenerConfig changed) {
        config = changed;
        for (ListenSocket socket : all) {
            socket.tune(changed.options());
        }
        resume();
    }

    private void gather() {
        all = sockets.values().stream().flatMap(List::stream).toArray(ListenSocket[]::new);
    }

    private void resume() {
        for (ListenSocket socket : all) {
            socket.resume();
        }
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
        if (place.shared().room().open() >= place.routing().config().limits().maxConnections()) {
            return AcceptPause.ALL_FULL;
        }
        return place.shared().room().isFull() ? AcceptPause.NO_DESCRIPTORS : null;
    }

    @Override
    public void onPaused(AcceptPause why) {
        acceptPauses.increment();
        ours.acceptPauses().of(why).increment();
    }

    @Override
    public void onAccepted(SocketChannel channel) {
        admit();
        begin(channel);
    }

    /** Counts a connection against the limits of all workers, before any worker begins the session. */
    void admit() {
        counts.open().incrementAndGet();
        place.shared().room().enter();
    }

    /** Begins the session of an admitted connection. */
    void begin(SocketChannel channel) {
        ours.accepted().increment();
        ours.open().increment();
        new Session(place, this).start(channel);
    }

    @Override
    public void onClosed() {
        counts.open().decrementAndGet();
        place.shared().room().leave();
        ours.open().add(-1);
        resume();
    }
}
