package dev.usher.relay;

import dev.usher.loop.AcceptPause;
import dev.usher.loop.ListenSocket;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections of a socket with a single worker, spread over all workers in turn: unix sockets know no {@code
 * SO_REUSEPORT}. Mail is limited, and a worker without room for mail is busy: such a connection stays here.
 */
final class Spread implements ListenSocket.Owner {
    private final WorkerListener here;
    private final List<Door> others;
    /** The next in turn: an index of {@link #others}, or their number for this worker. */
    private int next;

    Spread(WorkerListener here, List<Door> others) {
        this.here = here;
        this.others = List.copyOf(others);
        this.next = others.size();
    }

    @Override
    public @Nullable AcceptPause full() {
        return here.full();
    }

    @Override
    public void onPaused(AcceptPause why) {
        here.onPaused(why);
    }

    @Override
    public void onAccepted(SocketChannel channel) {
        here.admit();
        int turn = next;
        next = turn == others.size() ? 0 : turn + 1;
        if (turn == others.size() || !others.get(turn).take(channel)) {
            here.begin(channel);
        }
    }
}
