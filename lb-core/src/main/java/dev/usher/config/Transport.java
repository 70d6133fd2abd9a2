package dev.usher.config;

/** The way from workers to the kernel's sockets. */
public enum Transport {
    /** The fastest that the system allows. */
    AUTO,
    /** The JDK's own channels. */
    NIO,
    /** Linux without the JDK's channels: a third fewer system calls for a connection. */
    EPOLL
}
