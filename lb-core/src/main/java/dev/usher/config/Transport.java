package dev.usher.config;

/** The way from workers to the kernel's sockets. */
public enum Transport implements Spelling.Own {
    /** The fastest that the system allows, and that has proved itself. */
    AUTO("auto"),
    /** The JDK's own channels. */
    NIO("nio"),
    /** Linux without the JDK's channels: a third fewer system calls for a connection. */
    EPOLL("epoll"),
    /** The same, and what a turn has to send goes to the kernel at once, by io_uring. */
    EPOLL_RING("epoll+ring");

    private final String spelling;

    Transport(String spelling) {
        this.spelling = spelling;
    }

    @Override
    public String spelling() {
        return spelling;
    }
}
