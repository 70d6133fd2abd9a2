package dev.usher.fuzz;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;
import dev.usher.end.CloseReason;
import dev.usher.opening.Openings;
import java.util.List;

/** The other protocols of a TLS port: SSH, OpenVPN, Postgres, and HTTP that came to the wrong port. */
public final class NotTlsFuzz {
    private static final ListenerConfig LISTENER = ListenerConfig.tls("https", List.of(new HostPort("127.0.0.1", 443)))
            .withNotTls(new NotTls("git", "vpn", new NotTls.Postgres("cancel"), "rest"));

    private NotTlsFuzz() {}

    /** Reads {@code input}, which is all that a client sends. */
    public static void fuzzerTestOneInput(byte[] input) {
        Splits.sameStory(() -> Openings.BY_TYPE.begin(LISTENER), input, NotTlsFuzz::isEarly);
    }

    private static boolean isEarly(String story) {
        return story.contains(CloseReason.POSTGRES_EARLY_BYTES.name());
    }
}
