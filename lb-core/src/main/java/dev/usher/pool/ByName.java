package dev.usher.pool;

import dev.usher.config.HostPort;
import java.net.InetAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The backends that clients name: a pool for each address asked for, found off the workers. */
public interface ByName {
    /** The outcome for an address. */
    enum Outcome {
        FOUND,
        /** The name does not exist, or has no address. */
        NO_SUCH_NAME,
        /** The name server did not answer, or answered with a failure. */
        LOOKUP_FAILED,
        /** Too many look-ups are under way, in all or by this client. */
        LOOKUPS_FULL,
        /** No client may be led to any address of the name. */
        ADDRESS_REFUSED
    }

    /**
     * An answer.
     *
     * @param pool the backends at the name's addresses; null exactly unless {@link Outcome#FOUND}
     * @param text details for people; may be empty
     */
    record Found(Outcome outcome, @Nullable Pool pool, String text) {}

    /**
     * Finds the pool for an address. Workers may call this: nothing waits.
     *
     * @param address a filled template
     * @param client the asking client; clients share the look-ups
     * @param later receives the answer on another thread, unless the answer is returned
     * @return the answer if at hand, else null
     */
    @Nullable
    Found find(HostPort address, InetAddress client, Consumer<Found> later);

    /** The last answer for an address, for people; null if unknown. */
    @Nullable
    Found known(HostPort address);

    /** Updates time-dependent state, like {@link Roster#keep}, and returns the same. */
    boolean keep(long nowNanos);

    /** Counts and bounds, for people. */
    Figures figures();

    /**
     * The state of the look-ups.
     *
     * @param names addresses with an answer at hand
     * @param lookups begun so far
     * @param failures look-ups without an address so far, refused addresses apart
     * @param refused look-ups so far with refused addresses only
     */
    record Figures(int names, long lookups, long failures, long refused) {
        public static final Figures NONE = new Figures(0, 0, 0, 0);

        public Figures plus(Figures other) {
            return new Figures(
                    names + other.names, lookups + other.lookups, failures + other.failures, refused + other.refused);
        }
    }
}
