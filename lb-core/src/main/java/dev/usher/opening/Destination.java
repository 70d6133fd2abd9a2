package dev.usher.opening;

import dev.usher.config.HostPort;
import dev.usher.config.NotTls;
import dev.usher.name.ServerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The destination of a client, by its opening. */
public sealed interface Destination {
    /** The only instance of {@link OfListener}. */
    Destination OF_LISTENER = new OfListener();

    /** No destination of the client's: the listener has one pool for every connection. */
    record OfListener() implements Destination {}

    /** A protocol other than the listener's: the listener may have a pool for the protocol. */
    record Other(NotTls.Protocol protocol) implements Destination {}

    /** No word of the client's: the listener may have a pool for clients that wait. */
    record Silence() implements Destination {}

    /**
     * A host: the routes decide.
     *
     * @param name normalised; null if the client gave none
     * @param protocols the protocols offered by the client, in the client's order
     * @param sentName the name as written by the client; null exactly if {@code name} is null
     * @param challenge whether the client asks for the token of an ACME server, without TLS
     * @param port that the client asks for; {@link HostPort#NO_PORT} in a protocol without ports
     * @param plain whether the client sends an HTTP request without TLS, to a listener where other clients do not
     */
    record Host(
            @Nullable ServerName name,
            List<String> protocols,
            @Nullable String sentName,
            boolean challenge,
            int port,
            boolean plain)
            implements Destination {
        /** A host asked for in any other way than by an ACME server. */
        public Host(@Nullable ServerName name, List<String> protocols, @Nullable String sentName) {
            this(name, protocols, sentName, false);
        }

        /** A host in a protocol without ports. */
        public Host(@Nullable ServerName name, List<String> protocols, @Nullable String sentName, boolean challenge) {
            this(name, protocols, sentName, challenge, HostPort.NO_PORT, false);
        }

        /** A host and a port, for any protocol. */
        public Host(ServerName name, String sentName, int port) {
            this(name, List.of(), sentName, false, port, false);
        }
    }
}
