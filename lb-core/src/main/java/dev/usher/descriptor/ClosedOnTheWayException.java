package dev.usher.descriptor;

import java.io.IOException;

/** A socket that the sender closed before the arrival here. Another try may find all sockets open. */
public final class ClosedOnTheWayException extends IOException {
    private static final long serialVersionUID = 1;

    ClosedOnTheWayException() {
        super("a socket was closed on the way: try again");
    }
}
