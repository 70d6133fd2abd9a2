package dev.usher.login;

import dev.usher.config.UserFile;
import dev.usher.time.Clock;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks users, on threads of its own. A hash of a password costs some tens of milliseconds on purpose, so both the
 * threads and the queue are bounded, an address with wrong passwords waits, and a password that fitted once is known
 * again: a browser opens dozens of connections. Any thread.
 */
public final class UserCheck implements AutoCloseable {
    /** The result of a check. */
    public enum Verdict {
        KNOWN,
        UNKNOWN,
        /** Not checked: the client's address has sent too many wrong passwords. */
        TOO_OFTEN
    }

    /** Checks that wait: a second or so on one thread, well below the time for an opening. */
    static final int MAX_WAITING = 32;

    /** Passwords known again; each is 32 bytes. At the limit the oldest is forgotten, and costs a hash once more. */
    static final int MAX_KNOWN = 1024;

    private static final String MAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int IDLE_SECONDS = 10;

    private static final Logger log = LoggerFactory.getLogger(UserCheck.class);

    private final Passwords passwords;
    private final Throttle throttle;
    private final ThreadPoolExecutor threads;
    /** Null before the first user: most files have none, and a random key takes time. Guarded by this. */
    private @Nullable SecretKeySpec key;
    /** Marks of hashes with their passwords, the oldest first; guarded by itself. */
    private final LinkedHashSet<ByteBuffer> known = new LinkedHashSet<>();

    public UserCheck(Passwords passwords, Clock clock) {
        this.passwords = passwords;
        this.throttle = new Throttle(clock::nanos);
        int most = Math.max(1, Runtime.getRuntime().availableProcessors() / 2); // the rest is for the workers
        this.threads = new ThreadPoolExecutor(
                most,
                most,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING),
                Thread.ofPlatform().daemon().name("users-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Begins a check.
     *
     * @param client null without an address: such clients, of a unix socket, count as one
     * @param answer gets the verdict, on a thread of this class
     * @return false if too many checks wait: there will be no answer
     */
    public boolean begin(UserFile users, Credentials said, @Nullable InetAddress client, Consumer<Verdict> answer) {
        try {
            InetAddress counted = client == null ? InetAddress.getLoopbackAddress() : client;
            threads.execute(() -> answer.accept(verdict(users, said, counted)));
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    private Verdict verdict(UserFile users, Credentials said, InetAddress client) {
        try {
            if (throttle.waitSeconds(client) > 0) {
                return Verdict.TOO_OFTEN;
            }
            if (fits(users, said)) {
                return Verdict.KNOWN;
            }
            if (throttle.failed(client)) {
                log.warn(
                        "{} sent {} wrong passwords; its passwords are ignored for a minute",
                        client.getHostAddress(),
                        Throttle.MAX_FAILURES);
            }
        } catch (GeneralSecurityException | RuntimeException bug) { // no answer would leave the client waiting
            log.error("the check of a user failed", bug);
        }
        return Verdict.UNKNOWN;
    }

    /** An unknown user costs a hash as well: the time must not say which names there are. */
    private boolean fits(UserFile users, Credentials said) throws GeneralSecurityException {
        String hash = users.hashOf(said.user());
        if (hash == null) {
            passwords.matches(users.anyHash(), said.password());
            return false;
        }
        ByteBuffer mark = mark(hash, said.password());
        if (isKnown(mark)) {
            return true;
        }
        boolean matches = passwords.matches(hash, said.password());
        if (matches) {
            remember(mark);
        }
        return matches;
    }

    private ByteBuffer mark(String hash, String password) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(MAC);
        mac.init(key());
        mac.update(hash.getBytes(StandardCharsets.UTF_8)); // of fixed length, so that no two pairs run together
        return ByteBuffer.wrap(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
    }

    private synchronized SecretKeySpec key() {
        if (key == null) {
            byte[] secret = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(secret);
            key = new SecretKeySpec(secret, MAC);
        }
        return key;
    }

    private boolean isKnown(ByteBuffer mark) {
        synchronized (known) {
            return known.contains(mark);
        }
    }

    private void remember(ByteBuffer mark) {
        synchronized (known) {
            if (known.size() >= MAX_KNOWN) {
                known.removeFirst();
            }
            known.add(mark);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
