package dev.usher.sim;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A selector that never waits: the world turns a worker only when its select would have returned, and asks
 * {@link #sleepsUntil} when that is. Reports ready keys in any order, not always all, and some without a reason.
 *
 * <p>As with the JDK's selectors, the kernel's report is of the moment of the select, and is compared with the interest
 * of the moment when the key is served.
 */
final class SimSelector extends AbstractSelector {
    /** The time of the next turn while nothing happens. */
    static final long AWAKE = Long.MIN_VALUE;

    static final long FOR_EVER = Long.MAX_VALUE;

    private final SimNetwork network;
    private final List<SimKey> keys = new ArrayList<>();
    private final List<SimKey> batch = new ArrayList<>();
    private boolean woken;
    private long sleepsUntil = AWAKE;

    SimSelector(SimNetwork network) {
        super(network);
        this.network = network;
    }

    /** When the select of the last turn would return by itself, on the world's clock. */
    long sleepsUntil() {
        return sleepsUntil;
    }

    /** Whether a select would return now. */
    boolean isDue(long now) {
        if (woken || sleepsUntil == AWAKE || now >= sleepsUntil) {
            return true;
        }
        for (SimKey key : keys) {
            if (key.isValid() && isReported(key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isReported(SimKey key) {
        return (key.simChannel().possible() & key.interestOps()) != 0
                || (key.simChannel().isHungUp() && key.interestOps() != 0);
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
        SimKey key = new SimKey((SimChannel) channel, this);
        key.attach(attachment);
        key.interestOps(ops);
        keys.add(key);
        key.simChannel().onRegistered(key);
        return key;
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeoutMillis) {
        return selectUntil(action, network.now() + timeoutMillis * 1_000_000);
    }

    @Override
    public int select(Consumer<SelectionKey> action) {
        return selectUntil(action, FOR_EVER);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) {
        return selectUntil(action, AWAKE);
    }

    private int selectUntil(Consumer<SelectionKey> action, long until) {
        forgetCancelled();
        collect();
        boolean idle = batch.isEmpty() && !woken;
        sleepsUntil = idle ? until : AWAKE;
        woken = false;
        int served = 0;
        for (SimKey key : batch) {
            int ops = key.hungUp ? key.interestOps() : key.reported & key.interestOps();
            if (ops != 0) {
                key.ready(ops);
                network.onServed(key, ops);
                action.accept(key);
                served++;
            }
        }
        forgetCancelled();
        return served;
    }

    /** The kernel's report: what is ready at this moment, as far as it comes in this turn. */
    private void collect() {
        batch.clear();
        Chance chance = network.chance();
        for (SimKey key : keys) {
            boolean spurious =
                    network.hits(Fault.SPURIOUS_READINESS, 60) && (key.interestOps() & network.spuriousOps(key)) != 0;
            boolean late = network.hits(Fault.LATE_READINESS, 4);
            if (isReported(key) && !late) {
                key.reported = key.simChannel().possible() & key.interestOps();
                key.hungUp = key.simChannel().isHungUp();
                batch.add(batch.isEmpty() ? 0 : chance.below(batch.size() + 1), key);
            } else if (spurious) {
                key.reported = key.interestOps() & network.spuriousOps(key);
                key.hungUp = false;
                batch.add(key);
            }
        }
    }

    private void forgetCancelled() {
        Set<SelectionKey> cancelled = cancelledKeys();
        synchronized (cancelled) {
            if (cancelled.isEmpty()) {
                return;
            }
            keys.removeIf(cancelled::contains);
            for (SelectionKey key : cancelled) { // in no order, and none matters
                deregister((SimKey) key);
                ((SimKey) key).simChannel().onForgotten();
            }
            cancelled.clear();
        }
    }

    @Override
    public int selectNow() {
        forgetCancelled();
        return 0;
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException("workers serve within the select");
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException("workers serve within the select");
    }

    @Override
    public Selector wakeup() {
        woken = true;
        return this;
    }

    @Override
    public Set<SelectionKey> keys() {
        return new LinkedHashSet<>(keys);
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new UnsupportedOperationException("workers serve within the select");
    }

    @Override
    protected void implCloseSelector() {
        for (SimKey key : keys) {
            deregister(key);
        }
        keys.clear();
    }
}
