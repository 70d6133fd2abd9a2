package dev.usher.epoll;

import dev.usher.time.Clock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A selector over epoll, edge-triggered inside and level-triggered to users. Only selects with an action; for one thread,
 * but for {@link #wakeup}. A channel may be closed while registered, and is closed at once.
 */
final class EpollSelector extends AbstractSelector {
    /** Events of one wait; the kernel keeps the rest for the next. */
    private static final int MAX_EVENTS = 512;
    /** Keys that become ready while others are served, a hello just after its connection for one, have their turn too. */
    private static final int MORE_IN_TURN = 64;

    private static final int FIRST_KEYS = 256;
    private static final int ADD = 1;
    private static final int REMOVE = 2;
    private static final int CHANGE = 3;
    /** The data of the bell's events: no key has a negative generation. */
    private static final long BELL = -1;
    /** The data of the event that tells of an answer of {@link Outputs}. */
    private static final long ANSWER = -2;

    private static final int FOREVER = -1;

    private final Syscalls calls = new Syscalls();
    private final MemorySegment events = calls.events(MAX_EVENTS);
    private final int epoll;
    /** Calls that turns leave to their end; null where each is made at once. */
    private final @Nullable Outputs outputs;

    private boolean watchesAnswers;

    /** Makes a wait end, for other threads. */
    private final int bell;

    private final Syscalls ringers = new Syscalls();
    private final Object bellLock = new Object();
    /** True while the bell rings, and no other ring is needed. */
    private boolean rung;

    private @Nullable EpollKey[] keys = new EpollKey[FIRST_KEYS];
    private int used;
    private int[] free = new int[FIRST_KEYS];
    private int frees;
    private int generations;

    /** Keys with something possible that somebody waits for. */
    private final ArrayDeque<EpollKey> due = new ArrayDeque<>();
    /** Keys that wait for events that epoll was not told to watch. */
    private final ArrayDeque<EpollKey> untold = new ArrayDeque<>();

    private final Unwatched unwatched = new Unwatched(Clock.SYSTEM);

    private long turn;

    EpollSelector(SelectorProvider provider, Outputs.@Nullable Maker maker) throws IOException {
        super(provider);
        epoll = orThrow(calls.epollCreate());
        bell = calls.eventDescriptor();
        try {
            orThrow(bell);
            orThrow(calls.epollControl(epoll, ADD, bell, Events.IN, BELL));
            outputs = maker == null ? null : maker.open(calls);
        } catch (IOException | RuntimeException refused) {
            closeDescriptors();
            throw refused;
        }
    }

    private static int orThrow(int result) throws IOException {
        if (result < 0) {
            throw Errno.exception(result);
        }
        return result;
    }

    // ---- keys ----

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        if (!(channel instanceof EpollChannel source)) {
            throw new IllegalSelectorException();
        }
        int index = freeIndex();
        EpollKey key = new EpollKey(this, channel, index, ++generations & Integer.MAX_VALUE);
        keys[index] = key;
        key.attach(attachment);
        source.onRegistered(key, calls);
        key.interestOps(ops);
        return key;
    }

    private int freeIndex() {
        if (frees > 0) {
            return free[--frees];
        }
        if (used == keys.length) {
            keys = Arrays.copyOf(keys, used * 2);
        }
        return used++;
    }

    private void forgetCancelled() {
        Set<SelectionKey> cancelled = cancelledKeys();
        synchronized (cancelled) {
            if (cancelled.isEmpty()) {
                return;
            }
            for (SelectionKey key : cancelled) {
                forget((EpollKey) key);
            }
            cancelled.clear();
        }
    }

    /**
     * A connection stays with epoll until its close, which spares a call; its events find no key. A listening socket may be one
     * that another process has opened: open for life, it would tell for ever.
     */
    private void forget(EpollKey key) {
        if (keys[key.index()] != key) {
            return;
        }
        keys[key.index()] = null;
        if (frees == free.length) {
            free = Arrays.copyOf(free, frees * 2);
        }
        free[frees++] = key.index();
        if (key.channel() instanceof EpollListener listener && listener.isOpen() && !key.isNew()) {
            calls.epollControl(epoll, REMOVE, listener.descriptor(), 0, 0);
        }
        deregister(key);
    }

    /** Puts a key where the next select finds it, after something about it has changed. */
    void sort(EpollKey key) {
        if (key.isDue() && !key.isQueued()) {
            key.setQueued(true);
            due.addLast(key);
        }
        if (key.lacksEvents() && !key.isUntold()) {
            key.setUntold(true);
            untold.addLast(key);
        }
    }

    /** Lets a key wait that epoll has refused to watch. */
    void onRefused(EpollKey key, int error) {
        key.setUntold(true);
        unwatched.add(key, error);
    }

    /** Puts a key before others that are due. */
    void putFirst(EpollKey key) {
        if (key.isDue() && !key.isQueued()) {
            key.setQueued(true);
            due.addFirst(key);
        }
    }

    // ---- select ----

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return select(action, FOREVER);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long millis) throws IOException {
        if (millis < 0) {
            throw new IllegalArgumentException("a negative time");
        }
        return select(action, millis == 0 ? FOREVER : (int) Math.min(millis, Integer.MAX_VALUE));
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return select(action, 0);
    }

    /** Only forgets channels whose keys were cancelled: without an action nothing can be told. */
    @Override
    public int selectNow() throws IOException {
        ensureOpen();
        forgetCancelled();
        return 0;
    }

    private int select(Consumer<SelectionKey> action, int millis) throws IOException {
        ensureOpen();
        forgetCancelled();
        tellEpoll();
        putOut();
        int count = calls.epollWait(epoll, events, MAX_EVENTS, due.isEmpty() ? unwatched.limited(millis) : 0);
        if (count < 0 && count != -Errno.INTERRUPTED) {
            throw Errno.exception(count);
        }
        for (int i = 0; i < count; i++) {
            note(Syscalls.eventMask(events, i), Syscalls.eventData(events, i));
        }
        int served = serve(action);
        unwatched.throwAny(); // last, since others have had their turn then
        return served;
    }

    private void ensureOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    private void tellEpoll() {
        unwatched.moveDue(untold);
        for (EpollKey key = untold.pollFirst(); key != null; key = untold.pollFirst()) {
            key.setUntold(false);
            if (key.isValid() && key.lacksEvents()) {
                tellEpoll(key, key.wanted());
            }
        }
    }

    private void tellEpoll(EpollKey key, int events) {
        int operation = key.isNew() ? ADD : CHANGE;
        if (outputs == null || !outputs.watch(epoll, operation, key, events)) {
            key.onWatchAnswer(calls.epollControl(epoll, operation, key.descriptor(), events, key.data()), events);
        }
    }

    /** Makes the calls that the last turn has left. Late answers end the wait. */
    private void putOut() throws IOException {
        if (outputs == null) {
            return;
        }
        outputs.submit();
        if (outputs.hasUnanswered()) {
            int operation = watchesAnswers ? CHANGE : ADD;
            orThrow(calls.epollControl(epoll, operation, outputs.descriptor(), Events.IN | Events.ONCE, ANSWER));
            watchesAnswers = true;
        }
    }

    private void note(int mask, long data) {
        if (data == BELL) {
            silenceBell();
            return;
        }
        if (data == ANSWER) {
            return; // the next select begins with it
        }
        int index = (int) data;
        EpollKey key = index >= 0 && index < used ? keys[index] : null;
        if (key != null && key.data() == data && key.isValid()) {
            key.onEvents(mask);
            sort(key);
        }
    }

    /** Serves each key once, also a key that becomes due on the way. */
    private int serve(Consumer<SelectionKey> action) {
        if (outputs == null) {
            return serveDue(action);
        }
        outputs.begin(due.size());
        try {
            return serveDue(action);
        } finally {
            Outputs.end();
        }
    }

    private int serveDue(Consumer<SelectionKey> action) {
        turn++;
        int served = 0;
        for (int left = due.size() + MORE_IN_TURN; left > 0; left--) {
            EpollKey key = due.peekFirst();
            if (key == null || key.wasServedIn(turn)) {
                break;
            }
            due.removeFirst();
            key.setQueued(false);
            served += serve(key, action);
        }
        return served;
    }

    private int serve(EpollKey key, Consumer<SelectionKey> action) {
        if (!key.isValid()) {
            return 0;
        }
        try {
            if (!key.isDue()) {
                return 0;
            }
            key.makeReady(turn);
            action.accept(key);
            return 1;
        } finally {
            if (key.isValid()) {
                sort(key);
            }
        }
    }

    // ---- bell ----

    @Override
    public Selector wakeup() {
        synchronized (bellLock) { // a closed bell's descriptor may belong to somebody else
            if (!rung && isOpen()) {
                rung = true;
                ringers.ring(bell);
            }
        }
        return this;
    }

    private void silenceBell() {
        synchronized (bellLock) {
            rung = false;
            calls.silence(bell);
        }
    }

    // ---- the rest ----

    @Override
    public Set<SelectionKey> keys() {
        return Stream.of(keys)
                .filter(key -> key != null)
                .map(key -> (SelectionKey) key)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new UnsupportedOperationException("select with an action");
    }

    @Override
    public int select(long millis) {
        throw new UnsupportedOperationException("select with an action");
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException("select with an action");
    }

    @Override
    protected void implCloseSelector() throws IOException {
        keys().forEach(SelectionKey::cancel);
        forgetCancelled();
        if (outputs != null) {
            outputs.close();
        }
        closeDescriptors();
    }

    private void closeDescriptors() {
        synchronized (bellLock) {
            if (bell >= 0) {
                calls.close(bell);
            }
            calls.close(epoll);
        }
    }
}
