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
 * Logins of browsers: a token exchanged for a cookie. In memory only, so a restart ends every login. A login ends with
 * its token, as soon as the configuration no longer has the token. Any thread.
 */
public final class Logins {
    /** A working day. */
    public static final Duration LIFE = Duration.ofHours(8);

    /** Limit of logins: more than the people who run a load balancer need. At the limit the oldest login ends. */
    static final int MAX = 1000;

    private static final int ID_BYTES = 32;

    private record Entry(Token token, long beganNanos) {}

    private final LongSupplier nanos;
    private final SecureRandom random = new SecureRandom();
    /** Logins by the hash of their id, so that the time of a look-up reveals nothing about an id. The oldest first. */
    private final Map<ByteBuffer, Entry> logins = new LinkedHashMap<>();

    public Logins(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Begins a login, and returns its secret. */
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

    /** The token of a login, as the configuration has it now; null if the login or the token has ended. */
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

    /** Whether a login has not expired; unlike {@link #find}, does not check its token. */
    synchronized boolean goesOn(ByteBuffer key) {
        Entry login = logins.get(key);
        return login != null && nanos.getAsLong() - login.beganNanos() <= LIFE.toNanos();
    }

    /** Ends a login, if there is one. */
    synchronized void end(String id) {
        logins.remove(key(id));
    }

    synchronized int size() {
        return logins.size();
    }

    /** Key of a login: the hash of its secret. */
    static ByteBuffer key(String id) {
        return ByteBuffer.wrap(Sha256.of(id));
    }
}
