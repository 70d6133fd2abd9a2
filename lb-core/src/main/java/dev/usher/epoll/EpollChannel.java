package dev.usher.epoll;

/** View of a channel that a key has. */
interface EpollChannel {
    /** The descriptor, open until the channel is closed. */
    int descriptor();

    /** Takes the key and the calls of the selector's thread. Called once, by the selector, before any event. */
    void onRegistered(EpollKey key, Syscalls calls);

    /** The operations that are possible now, by these events of epoll. */
    int onEvents(int events);

    /** The events of epoll that tell of these operations. */
    int eventsFor(int ops);
}
