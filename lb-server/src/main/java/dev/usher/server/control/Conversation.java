package dev.usher.server.control;

import dev.usher.admin.http.Caller;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** An exchange over a client's connection, longer than a question and an answer. */
public abstract sealed class Conversation permits Handover, TakeOver, Upgrade {
    /**
     * The client.
     *
     * @param sameUser whether the client runs as the user of this process
     * @param body of the first request
     */
    record Visitor(SocketChannel channel, Protocol.Reader reader, Caller caller, boolean sameUser, String body) {}

    /** Path of the first request. */
    abstract String path();

    /** Speaks until the end of the connection, on the thread of the connection. The client may do everything. */
    abstract void hold(Visitor visitor) throws IOException;
}
