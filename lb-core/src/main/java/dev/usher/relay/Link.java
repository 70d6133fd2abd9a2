package dev.usher.relay;

import dev.usher.end.Ending;
import dev.usher.loop.Worker;
import dev.usher.time.Deadline;

/**
 * The tools shared by the phases of a session: two sides, the two halves between them, the client's first bytes, and
 * one deadline.
 */
final class Link {
    final Worker worker;
    final Side client;
    final Side backend;
    final Half up;
    final Half down;
    /** The session's own until {@link #forgetKept}. */
    ClientBytes kept;

    private final ClientBytes gone;
    private final Deadline deadline;

    Link(Workplace place, OpenSession session, Side.Owner owner, Deadline.Owner deadlineOwner) {
        worker = place.worker();
        client = new Side(owner);
        backend = new Side(owner);
        up = new Half(client, backend, place.received());
        down = new Half(backend, client, place.sent());
        kept = new ClientBytes(session, worker, place.unfinished());
        gone = place.gone();
        deadline = new Deadline(deadlineOwner);
    }

    /** Sets the session's deadline {@code nanos} from now, in place of the earlier deadline. */
    void arm(long nanos) {
        worker.arm(deadline, nanos);
    }

    /** Gives up the client's first bytes, never to be sent again: an open connection may rest for days. */
    void forgetKept() {
        kept.forget();
        kept = gone;
    }

    /** Parts with a backend, so that another can be sent the same bytes from the beginning. */
    void dropBackend() {
        backend.reset();
        up.sent(-kept.rewind());
        down.reopen();
    }

    /** Gives up both sides. */
    void close(Ending ending) {
        worker.cancel(deadline);
        close(client, down, ending);
        close(backend, up, ending);
    }

    /** @param into the direction toward this side */
    private static void close(Side side, Half into, Ending ending) {
        boolean clean = switch (ending) {
            case CLOSE, REFUSAL -> true;
            case FIN_IF_WHOLE -> into.isDrained();
            case RESET -> false;
        };
        if (clean) {
            side.close();
        } else {
            side.reset();
        }
    }

    /** Gives back all buffers. */
    void release() {
        kept.forget();
        up.release(worker);
        down.release(worker);
    }
}
