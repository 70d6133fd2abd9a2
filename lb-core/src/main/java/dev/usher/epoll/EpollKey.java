package dev.usher.epoll;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;

/**
 * A registered channel. The kernel tells of each change once; a key remembers what is possible until a call found that it
 * is not. So a change of interest costs no system call, and users see the readiness of any other selector. Belongs to the
 * selector's thread.
 */
final class EpollKey extends AbstractSelectionKey {
    private final EpollSelector selector;
    private final SelectableChannel channel;
    private final EpollChannel source;
    private final int index;
    private final int generation;

    private int interest;
    private int ready;
    private int possible;
    /** Operations that the kernel is to answer for with the outputs of the turn: nobody waits for an event of theirs. */
    private int awaited;

    /** True after an error: epoll tells of an error once, and nothing will ever be possible again but to hear of it. */
    private boolean broken;

    /** Events that epoll was told to watch; {@link #NOTHING} before epoll knows the descriptor. */
    private int watched = NOTHING;

    private boolean queued;
    private boolean untold;
    private long pass;

    private static final int NOTHING = -1;

    EpollKey(EpollSelector selector, SelectableChannel channel, int index, int generation) {
        this.selector = selector;
        this.channel = channel;
        this.source = (EpollChannel) channel;
        this.index = index;
        this.generation = generation;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    @Override
    public int interestOps() {
        ensureValid();
        return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        ensureValid();
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException("operations " + ops);
        }
        if (ops != interest) {
            interest = ops;
            selector.sort(this);
        }
        return this;
    }

    @Override
    public int readyOps() {
        ensureValid();
        return ready;
    }

    private void ensureValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    // ---- for the channel ----

    /** Notes that an operation is possible. */
    void can(int op) {
        possible |= op;
    }

    /** True if, as far as is known, the operation is possible. */
    boolean mayBe(int op) {
        return (possible & op) != 0;
    }

    /** Notes that a call has used an operation up: epoll will tell when the operation is possible again. */
    void usedUp(int op) {
        if (!broken) {
            possible &= ~op;
        }
    }

    /** Notes that the kernel has refused an operation for the moment. */
    void cannot(int op) {
        possible &= ~op;
    }

    /** Notes that an operation is not possible until {@link #onAnswer}. */
    void awaits(int op) {
        possible &= ~op;
        awaited |= op;
    }

    /** Notes that a call will tell whether an operation is possible. */
    void onAnswer(int op) {
        mayTry(op);
        selector.putFirst(this);
    }

    /** Notes in the middle of a turn that no answer is to come: a call will tell whether an operation is possible. */
    void awaitsNoMore(int op) {
        mayTry(op);
        selector.sort(this);
    }

    private void mayTry(int op) {
        awaited &= ~op;
        possible |= op;
    }

    // ---- for the selector ----

    int index() {
        return index;
    }

    int descriptor() {
        return source.descriptor();
    }

    /** Data that comes back with an event. An event of a former key with this index has another generation. */
    long data() {
        return (long) generation << 32 | index;
    }

    void onEvents(int events) {
        possible |= source.onEvents(events);
        broken |= (events & (Events.ERROR | Events.HANG_UP)) != 0;
    }

    boolean isDue() {
        return (possible & interest) != 0;
    }

    /** Makes what is due ready. False if the turn has served the key already. */
    void makeReady(long turn) {
        ready = possible & interest;
        pass = turn;
    }

    boolean wasServedIn(long turn) {
        return pass == turn;
    }

    /** Events that epoll should watch, which may be more than anybody waits for: to watch less would cost a call. */
    int wanted() {
        int events = source.eventsFor(interest & ~awaited);
        return watched == NOTHING || (events & Events.EDGES) == 0 ? events : events | watched;
    }

    /** Only what nobody can do at once needs an event, but for a listening socket: epoll tells of that again and again. */
    boolean lacksEvents() {
        if ((source.eventsFor(interest) & Events.EDGES) != 0 && (interest & ~(possible | awaited)) == 0) {
            return false;
        }
        return isNew() ? interest != 0 : wanted() != watched;
    }

    /** True if epoll does not know the descriptor yet. */
    boolean isNew() {
        return watched == NOTHING;
    }

    /** Takes the answer to a call for these events. */
    void onWatchAnswer(int answer, int events) {
        if (answer < 0) {
            selector.onRefused(this, answer);
        } else {
            watched = events;
        }
    }

    boolean isQueued() {
        return queued;
    }

    void setQueued(boolean now) {
        queued = now;
    }

    boolean isUntold() {
        return untold;
    }

    void setUntold(boolean now) {
        untold = now;
    }
}
