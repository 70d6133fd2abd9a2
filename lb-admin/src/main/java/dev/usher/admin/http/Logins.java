package dev.usher.admin.http;

import dev.usher.config.AdminConfig.Token;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Browsers that have swapped a token for a cookie. In memory only: a restart ends them all. A session ends with its token:
 * once the configuration does not have that any more, it is good for nothing. Any thread.
 */
public final class Logins {
    /** As long as a working day. */
    public static final Duration LIFE = Duration.ofHours(8);

    /** More browsers than people who run one usher have; the oldest gives way to the next. */
    static final int MAX = 1000;

    private static final int ID_BYTES = 32;

    private record Entry(Token token, long beganNanos) {}

    private final LongSupplier nanos;
    private final SecureRandom random = new SecureRandom();
    /** By the hash of the id, so that the time of a look-up tells nothing of an id. The oldest first. */
    private final Map<ByteBuffer, Entry> logins = new LinkedHashMap<>();

    public Logins(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Begins a session; what is given back is its secret. */
    synchronized String begin(Token token) {
        if (logins.size() >= MAX) {
            logins.remove(logins.keySet().iterator().next());
        }
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        logins.put(key(text), new Entry(token, nanos.getAsLong()));
        return text;
    }

    /** The token behind a session, as the configuration has it now; null if the session or the token is no more. */
    synchronized @Nullable Token find(String id, List<Token> known) {
        ByteBuffer key = key(id);
        Entry login = logins.get(key);
        if (login == null) {
            return null;
        }
        if (!goesOn(key)) {
            logins.remove(key);
            return null;
        }
        return known.stream()
                .filter(token -> token.sha256().equalsIgnoreCase(login.token().sha256()))
                .findFirst()
                .orElse(null);
    }

    /** Whether a session goes on; unlike {@link #find} it has nobody's token to look at. */
    synchronized boolean goesOn(ByteBuffer key) {
        Entry login = logins.get(key);
        return login != null && nanos.getAsLong() - login.beganNanos() <= LIFE.toNanos();
    }

    /** Ends a session, if there is one. */
    synchronized void end(String id) {
        logins.remove(key(id));
    }

    synchronized int size() {
        return logins.size();
    }

    /** By which a session is known without its secret. */
    static ByteBuffer key(String id) {
        return ByteBuffer.wrap(Sha256.of(id));
    }
}
