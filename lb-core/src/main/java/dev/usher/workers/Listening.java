package dev.usher.workers;

import dev.usher.config.Address;
import dev.usher.config.HostPort;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.UnixPath;
import dev.usher.descriptor.GivenSockets;
import dev.usher.descriptor.SocketFamily;
import dev.usher.loop.Sockets;
import dev.usher.relay.Door;
import dev.usher.relay.ListenerCounts;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets of every worker. A change of the configuration opens and closes only the difference, since
 * closing a {@code SO_REUSEPORT} socket drops the connections in its queue.
 */
public final class Listening {
    private static final Logger log = LoggerFactory.getLogger(Listening.class);

    /** The address of a place without sockets. */
    private static final SocketAddress UNBOUND = new InetSocketAddress(0);

    /** An address of a listener. */
    private record Place(String listener, Address bind) {}

    private final SelectorProvider provider;
    private final BindAddresses binds;
    private final GivenSockets given;
    private final Workers workers;
    private final boolean besideAnother;
    private final Map<String, ListenerCounts> states = new ConcurrentHashMap<>();
    /** The open places, each with its bound address. Guarded by this. */
    private Map<Place, SocketAddress> open = new LinkedHashMap<>();
    /** The files of open unix sockets. Guarded by this. */
    private final Map<Place, SocketFile> files = new HashMap<>();
    /** Places whose given sockets are for the first workers alone, and the number of such workers. Guarded by this. */
    private final Map<Place, Integer> thin = new LinkedHashMap<>();
    /** Addresses of a successor, who takes the connections queued there. Guarded by this. */
    private Set<SocketAddress> handedOver = Set.of();
    /** True once the given sockets are this process's to empty. Guarded by this. */
    private boolean settled;
    /** In force. Guarded by this. */
    private Map<String, ListenerConfig> followed = Map.of();

    /** @param besideAnother whether the first sockets may share their addresses with another process of this user */
    public Listening(SelectorProvider provider, GivenSockets given, Workers workers, boolean besideAnother) {
        this.provider = provider;
        this.binds = new BindAddresses(provider);
        this.given = given;
        this.workers = workers;
        this.besideAnother = besideAnother;
    }

    /** Counters of each listener, by name; a removed listener keeps its last counts. */
    public Map<String, ListenerCounts> states() {
        return states;
    }

    /** Addresses of each listener, with the ports chosen by the system for port 0. */
    public synchronized Map<String, List<SocketAddress>> addresses() {
        Map<String, List<SocketAddress>> addresses = new LinkedHashMap<>();
        open.forEach((place, address) -> addresses
                .computeIfAbsent(place.listener(), _ -> new ArrayList<>())
                .add(address));
        return addresses;
    }

    /**
     * Opens the places of {@code next} that are not open yet. New sockets queue connections, and accept from
     * {@link #follow} on.
     *
     * @throws IOException if a place cannot be opened; then nothing has changed
     */
    public synchronized void openNew(Map<String, ListenerConfig> next) throws IOException {
        Map<Place, ListenerConfig> fresh = fresh(next);
        boolean shares = besideAnother && open.isEmpty();
        for (Map.Entry<Place, ListenerConfig> entry : fresh.entrySet()) {
            // every check before the first open, or a check would hit our own socket
            checkUnused(entry.getKey(), entry.getValue().options(), shares);
        }
        Set<String> known = Set.copyOf(states.keySet());
        Map<Place, SocketAddress> opened = new LinkedHashMap<>();
        Set<Place> gaveWay = new LinkedHashSet<>();
        try {
            for (Map.Entry<Place, ListenerConfig> entry : fresh.entrySet()) {
                opened.put(entry.getKey(), openOrGiveWay(entry.getKey(), entry.getValue(), next, gaveWay));
            }
        } catch (IOException | RuntimeException | Error e) {
            opened.forEach(this::close);
            states.keySet().retainAll(known);
            gaveWay.forEach(this::openAgain);
            throw e;
        }
        open.putAll(opened);
    }

    /** The places of {@code next} that are not open yet. */
    private Map<Place, ListenerConfig> fresh(Map<String, ListenerConfig> next) {
        Map<Place, ListenerConfig> fresh = new LinkedHashMap<>();
        for (ListenerConfig config : next.values()) {
            for (Address bind : config.bind()) {
                fresh.put(new Place(config.name(), bind), config);
            }
        }
        fresh.keySet().removeAll(open.keySet());
        return fresh;
    }

    /**
     * Opens a place. The kernel refuses the wildcard address while we listen on a single address, and the reverse. Only
     * then is an old socket closed before the new socket is open, and connections are refused in between.
     */
    private SocketAddress openOrGiveWay(
            Place place, ListenerConfig config, Map<String, ListenerConfig> next, Set<Place> gaveWay)
            throws IOException {
        try {
            return open(place, config);
        } catch (IOException e) {
            SocketAddress wanted = binds.of(place.bind());
            List<Place> inTheWay = open.keySet().stream()
                    .filter(old ->
                            !isIn(next, old) && BindAddresses.overlap(Objects.requireNonNull(open.get(old)), wanted))
                    .toList();
            if (inTheWay.isEmpty()) {
                throw e;
            }
            gaveWay.addAll(inTheWay);
            inTheWay.forEach(old -> close(old, Objects.requireNonNull(open.remove(old))));
            return open(place, config);
        }
    }

    /** Opens a closed place again, after the change of configuration has failed. */
    private void openAgain(Place place) {
        ListenerConfig config = followed.get(place.listener());
        try {
            if (config != null) {
                open.put(place, open(place, config));
                follow(followed);
            }
        } catch (IOException e) {
            log.error("a listener is lost: {}; restart usher", e.getMessage());
        }
    }

    private static boolean isIn(Map<String, ListenerConfig> configs, Place place) {
        ListenerConfig config = configs.get(place.listener());
        return config != null && config.bind().contains(place.bind());
    }

    private SocketAddress open(Place place, ListenerConfig config) throws IOException {
        ListenerCounts state =
                states.computeIfAbsent(place.listener(), name -> new ListenerCounts(name, workers.count()));
        SocketAddress address = UNBOUND;
        try {
            address = binds.of(place.bind());
            return place.bind() instanceof UnixPath file
                    ? openOnOne(place, file, config, state, address)
                    : openOnEach(place, config, state, address);
        } catch (IOException e) {
            close(place, address);
            throw cannotListen(place, e);
        }
    }

    /** With port 0, every worker shares the first's port. */
    private SocketAddress openOnEach(Place place, ListenerConfig config, ListenerCounts state, SocketAddress address)
            throws IOException {
        if (given.has(address) && given.reaches(address, workers.count()) < workers.count()) {
            thin.put(place, given.reaches(address, workers.count()));
        }
        SocketAddress bound = address;
        for (int i = 0; i < workers.count(); i++) {
            bound = openOn(i, place, config, state, bound);
        }
        return bound;
    }

    private SocketAddress openOn(
            int worker, Place place, ListenerConfig config, ListenerCounts state, SocketAddress address)
            throws IOException {
        return workers.ask(worker, sessions -> sessions.open(config, state, place.bind(), address, List.of()));
    }

    /**
     * Ends a take-over: workers without a socket get a new socket now. An end of this process in the middle of the
     * take-over would have reset connections queued at an earlier socket. For the same reason, a close before leaves the
     * queues of given sockets to the other owner.
     */
    public synchronized void settle() {
        given.settle();
        settled = true;
        thin.forEach((place, reached) -> {
            SocketAddress address = open.get(place);
            ListenerConfig config = followed.get(place.listener());
            ListenerCounts state = states.get(place.listener());
            if (address != null && config != null && state != null) {
                widen(place, reached, config, state, address);
            }
        });
        thin.clear();
        follow(followed);
    }

    /** True from {@link #settle} on. */
    public synchronized boolean isSettled() {
        return settled;
    }

    private void widen(Place place, int reached, ListenerConfig config, ListenerCounts state, SocketAddress address) {
        try {
            for (int i = reached; i < workers.count(); i++) {
                SocketAddress _ = openOn(i, place, config, state, address);
            }
        } catch (IOException e) {
            log.warn(
                    "listener {}: {} of {} workers take connections: {}",
                    place.listener(),
                    reached,
                    workers.count(),
                    e.getMessage());
        }
    }

    /**
     * Announces a successor, who serves the sockets of the given addresses too. The end closes the sockets without a look
     * into the queues, and socket files stay.
     */
    public synchronized void handOver(Set<SocketAddress> addresses) {
        handedOver = Set.copyOf(addresses);
    }

    /** The first worker accepts for all. */
    private SocketAddress openOnOne(
            Place place, UnixPath bind, ListenerConfig config, ListenerCounts state, SocketAddress address)
            throws IOException {
        List<Door> doors = new ArrayList<>();
        for (int i = 1; i < workers.count(); i++) {
            doors.add(workers.ask(i, sessions -> sessions.door(config, state, bind)));
        }
        SocketAddress bound = workers.ask(0, sessions -> sessions.open(config, state, bind, address, doors));
        if (!bind.isAbstract()) {
            SocketFile file = SocketFile.of(bind);
            files.put(place, file);
            file.permit(config.rights());
        }
        return bound;
    }

    private static IOException cannotListen(Place place, IOException why) {
        return new IOException(
                "listener " + place.listener() + " cannot listen on " + place.bind() + ": " + why.getMessage(), why);
    }

    /** Closes the places that {@code next} does not have, after taking the connections queued there if these are ours. */
    public synchronized void closeOld(Map<String, ListenerConfig> next) {
        Map<Place, SocketAddress> kept = new LinkedHashMap<>();
        open.forEach((place, address) -> {
            if (isIn(next, place)) {
                kept.put(place, address);
            } else {
                warnOfQueue(place, address, next);
                close(place, address);
            }
        });
        open = kept;
    }

    /** A given socket stays open elsewhere: without a listener, its connections wait for ever. */
    private void warnOfQueue(Place place, SocketAddress address, Map<String, ListenerConfig> next) {
        boolean ends = next.isEmpty();
        if (!ends && given.lasting().contains(address)) {
            log.warn(
                    "listener {}: the service manager keeps {} open, and connections will wait there; stop its socket unit",
                    place.listener(),
                    place.bind());
        }
    }

    private void close(Place place, SocketAddress address) {
        boolean takeQueued = !handedOver.contains(address) && !isAnothers(address);
        thin.remove(place);
        try {
            SocketFile file = files.remove(place);
            if (file != null && takeQueued) {
                file.remove(); // first, so that nobody connects any more
            }
            workers.onEach(sessions -> sessions.close(place.listener(), place.bind(), takeQueued));
        } catch (IOException e) {
            log.error("listener {}: closing {} failed: {}", place.listener(), place.bind(), e.getMessage());
        }
    }

    /** True while another process still serves the given sockets of the address, or may serve them. */
    private boolean isAnothers(SocketAddress address) {
        return !settled && given.has(address);
    }

    /** Takes over the settings of every listener, and accepts on every socket. A stuck worker does so later. */
    public synchronized void follow(Map<String, ListenerConfig> configs) {
        followed = configs;
        configs.values().forEach(this::permit);
        try {
            workers.onEach(sessions -> sessions.follow(configs));
        } catch (IOException e) { // too late to take the new configuration back
            log.error("{}; its listeners get the new configuration when it answers", e.getMessage());
        }
    }

    /** Gives the listener's socket files the rights of the configuration, which may have changed. */
    private void permit(ListenerConfig listener) {
        for (Address bind : listener.bind()) {
            SocketFile file = files.get(new Place(listener.name(), bind));
            try {
                if (file != null) {
                    file.permit(listener.rights());
                }
            } catch (IOException e) {
                log.error("listener {}: {} keeps its rights: {}", listener.name(), bind, e.getMessage());
            }
        }
    }

    /**
     * Fails if any process listens there. {@code SO_REUSEPORT} alone would let two usher processes of the same user
     * share a port in silence, each with half of the connections.
     */
    private void checkUnused(Place place, ListenOptions options, boolean shared) throws IOException {
        try {
            SocketAddress address = binds.of(place.bind());
            if (open.values().stream().anyMatch(ours -> BindAddresses.overlap(ours, address))) {
                return; // the test would hit our own socket: wildcard against a single address, or the reverse
            }
            if (given.has(address)) {
                return;
            }
            if (place.bind() instanceof UnixPath file) {
                if (!file.isAbstract()) { // the bind fails where a name is in use
                    SocketFile.clear(provider, file, shared);
                }
            } else if (!shared) {
                checkUnused((InetSocketAddress) address, options.freebind());
            }
        } catch (IOException e) {
            throw cannotListen(place, e);
        }
    }

    private void checkUnused(InetSocketAddress address, boolean freebind) throws IOException {
        if (address.getPort() == 0) {
            return;
        }
        try (SocketChannel probe = provider.openSocketChannel(SocketFamily.of(address))) {
            probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (freebind) {
                Sockets.freebind(probe);
            }
            probe.bind(address);
        } catch (BindException e) {
            boolean inUse = String.valueOf(e.getMessage()).contains("in use");
            throw inUse ? new BindException(e.getMessage() + HostPort.whoHas(address.getPort())) : e;
        }
    }
}
