package dev.usher.server.it;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a class of tests has started so far, to be closed in the end, the last one first; also if a start failed. */
final class Parts {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        open.push(part);
        return part;
    }

    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
