package dev.usher.loop;

/** Reasons for a listening socket to stop accepting for a while; connections then wait in the kernel's queue. */
public enum AcceptPause {
    /** The listener has reached its connection limit. */
    LISTENER_FULL,
    /** The listeners together have reached the limit of the whole process. */
    ALL_FULL,
    /** No descriptor is left for a connection, or the system refused to give one. */
    NO_DESCRIPTORS,
    /** A fault in usher; the pause keeps the worker from spinning on it. */
    BUG
}
