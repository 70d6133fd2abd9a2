package dev.usher.epoll;

/**
 * Which outputs go to the kernel together. An entry for several outputs costs less than calls. The answer to a send
 * costs an event. Sockets that open and close earn the event back; long streams do not.
 *
 * @param fewest outputs of a turn; fewer are plain calls
 * @param sends of a socket, its first ones; later sends are plain calls
 */
record Together(int fewest, int sends) {
    /** What pays: four sends are a handshake of TLS and the first answer. */
    static final Together PAYING = new Together(4, 4);

    /** Each output, for tests. */
    static final Together ALL = new Together(1, Integer.MAX_VALUE);
}
