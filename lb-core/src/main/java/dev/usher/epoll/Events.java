package dev.usher.epoll;

/** Events of epoll, see {@code epoll_ctl(2)}. */
final class Events {
    static final int IN = 1;
    static final int URGENT = 2;
    static final int OUT = 4;
    static final int ERROR = 8;
    /** Both directions have ended. */
    static final int HANG_UP = 0x10;
    /** The peer has sent a FIN, or a RST. */
    static final int PEER_HANG_UP = 0x2000;
    /** The next event only. */
    static final int ONCE = 1 << 30;
    /** Each change is told once. */
    static final int EDGES = 1 << 31;

    private Events() {}
}
