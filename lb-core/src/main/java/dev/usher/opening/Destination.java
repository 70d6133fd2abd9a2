package dev.usher.opening;

import dev.usher.name.ServerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a client wants to go, by its opening. */
public sealed interface Destination {
    /** The one {@link OfListener}. */
    Destination OF_LISTENER = new OfListener();

    /** Nowhere in particular: the listener has one pool for all. */
    record OfListener() implements Destination {}

    /**
     * To a host: the routes decide.
     *
     * @param name normalised; null if the client gave none
     * @param protocols the protocols it offers, in its order
     * @param sentName the name as the client wrote it; null exactly if name is
     */
    record Host(
            @Nullable ServerName name,
            List<String> protocols,
            @Nullable String sentName) implements Destination {}
}
