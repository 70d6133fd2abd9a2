package dev.usher.sim;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The network of a world: the kernel of usher's machine, its time, and the trouble that it makes. */
final class SimNetwork extends SelectorProvider {
    /** The machine behind an address, and how it answers. */
    interface Machines {
        Knock knock(SimNetwork network, InetSocketAddress address);

        /** A connection is there. */
        Wire accept(SimNetwork network, InetSocketAddress address, SimSocket socket);
    }

    private static final long CLOCK_BEGINS =
            Long.MAX_VALUE - Duration.ofSeconds(4).toNanos();

    private final Chance chance;
    private final Trace trace;
    private final Set<Fault> faults;
    private final Machines machines;
    private final Ledger ledger;
    private final Rules rules;
    private final List<SimSelector> selectors = new ArrayList<>();
    private final List<SimListener> listeners = new ArrayList<>();
    private final List<SimSocket> sockets = new ArrayList<>();
    private long now;
    private boolean touched = true;

    SimNetwork(Chance chance, Set<Fault> faults, Machines machines, Ledger ledger, Rules rules, Trace trace) {
        this.rules = rules;
        this.chance = chance;
        this.faults = faults.isEmpty() ? EnumSet.noneOf(Fault.class) : EnumSet.copyOf(faults);
        this.machines = machines;
        this.ledger = ledger;
        this.trace = trace;
    }

    Chance chance() {
        return chance;
    }

    Rules rules() {
        return rules;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Draws, and says whether the trouble happens. The draw is made in any case, so that a world without it goes on alike. */
    boolean hits(Fault fault, int oneIn) {
        return chance.oneIn(oneIn) && faults.contains(fault);
    }

    boolean has(Fault fault) {
        return faults.contains(fault);
    }

    /** No trouble from now on. */
    void calm() {
        faults.clear();
    }

    /** The world's time, from 0. */
    long now() {
        return now;
    }

    /** Whether usher may have changed since the last question. */
    boolean takeTouched() {
        boolean was = touched;
        touched = false;
        return was;
    }

    void touch() {
        touched = true;
    }

    /** The time that usher reads, which soon wraps. */
    long clock() {
        return CLOCK_BEGINS + now;
    }

    void advance(long nanos) {
        now += nanos;
        touched = true;
        trace.at(now);
    }

    // ---- what is open ----

    void onOpened(SimSocket socket) {
        sockets.add(socket);
    }

    void onClosed(Channel closed, boolean registered) {
        if (registered && ledger.isOpen()) {
            rules.fail("a channel was closed while registered: its RST would wait for the next select");
        }
        sockets.remove(closed);
        listeners.remove(closed);
    }

    /** Sockets that are not closed. */
    List<SimSocket> sockets() {
        return sockets;
    }

    void listens(SimListener listener) {
        listeners.add(listener);
    }

    /** The listeners of an address; each worker has one. */
    List<SimListener> listeners(InetSocketAddress address) {
        return listeners.stream().filter(each -> address.equals(each.address())).toList();
    }

    /** Usher's sockets to a backend, under way or connected. */
    long heldAt(InetSocketAddress address) {
        long held = 0;
        for (SimSocket socket : sockets) {
            held += socket.isHeld() && address.equals(socket.knockedAt()) ? 1 : 0;
        }
        return held;
    }

    int givenUpAt(InetSocketAddress address) {
        int count = 0;
        for (SimSocket socket : sockets) {
            count += !socket.isHeld() && address.equals(socket.knockedAt()) ? 1 : 0;
        }
        return count;
    }

    boolean hasNoListener() {
        return listeners.isEmpty();
    }

    /** When the next connect under way is answered. */
    long nextAnswerNanos() {
        long next = Long.MAX_VALUE;
        for (SimSocket socket : sockets) {
            next = Math.min(next, socket.answeredNanos());
        }
        return next;
    }

    /** When the oldest connect under way began; now without one. */
    long firstKnockNanos() {
        long first = now;
        for (SimSocket socket : sockets) {
            first = Math.min(first, socket.isHeld() ? socket.knockedNanos() : now);
        }
        return first;
    }

    // ---- connects ----

    Knock knock(SimSocket from, InetSocketAddress address) {
        ledger.knocks(address);
        Knock knock = machines.knock(this, address);
        trace.note(address.toString(), knock.answer().name(), knock.answeredNanos() - now);
        return knock;
    }

    Wire answer(SimSocket from, Knock knock) throws IOException {
        ledger.answered(knock);
        switch (knock.answer()) {
            case REFUSED -> throw new ConnectException("Connection refused");
            case UNREACHABLE -> throw new NoRouteToHostException("No route to host");
            case NO_PORT -> throw new BindException("Cannot assign requested address");
            case ACCEPTED -> {}
        }
        return machines.accept(this, knock.address(), from);
    }

    // ---- readiness ----

    /** What a spurious report may say: nothing that would be taken for a broken connection. */
    int spuriousOps(SimKey key) {
        boolean connected = key.simChannel() instanceof SimSocket socket && socket.isConnected();
        return connected ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : ~0;
    }

    void onServed(SimKey key, int ops) {
        trace.note(key.simChannel().label(), "is ready", ops);
        if (key.simChannel() instanceof SimSocket socket && socket.wireOrNull() != null) {
            ledger.serves(socket.wire());
        }
    }

    // ---- the provider ----

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        if (hits(Fault.NO_DESCRIPTORS, 8)) {
            ledger.lacksSocket();
            throw new SocketException("Too many open files");
        }
        SimSocket opened = new SimSocket(this);
        sockets.add(opened);
        return opened;
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() {
        return new SimListener(this);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) {
        return openServerSocketChannel();
    }

    @Override
    public AbstractSelector openSelector() {
        SimSelector selector = new SimSelector(this);
        selectors.add(selector);
        return selector;
    }

    /** The selector of a worker, in the order of their making. */
    SimSelector selector(int index) {
        return Objects.requireNonNull(selectors.get(index));
    }

    @Override
    public DatagramChannel openDatagramChannel() {
        throw new UnsupportedOperationException();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Pipe openPipe() {
        throw new UnsupportedOperationException();
    }
}
