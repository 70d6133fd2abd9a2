package dev.usher.resolve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The resolver of the system. Each question has a platform thread of its own, since the system's call keeps hold of the
 * thread: on a virtual thread a slow name server would hold up probes as well.
 */
public final class SystemResolver implements Resolver {
    /** The C library's text for a name server that does not answer, EAI_AGAIN; other texts mean that there is no name. */
    private static final String NO_ANSWER = "Temporary failure";

    private final Duration timeout;
    private final String end;

    private SystemResolver(Duration timeout, String end) {
        this.timeout = timeout;
        this.end = end;
    }

    /** Asks as any program of this machine does: by the file of hosts, and with search domains. */
    public static SystemResolver ofMachine(Duration timeout) {
        return new SystemResolver(timeout, "");
    }

    /** Asks for absolute names: a dot at the end matches no line of the file of hosts, and no search domain. */
    public static SystemResolver absolute(Duration timeout) {
        return new SystemResolver(timeout, ".");
    }

    @Override
    public Answer addresses(String host) throws LookupException {
        FutureTask<InetAddress[]> asked = new FutureTask<>(() -> InetAddress.getAllByName(host + end));
        Thread.ofPlatform().daemon().name("look up " + host).start(asked);
        try {
            return new Answer(List.of(asked.get(timeout.toNanos(), TimeUnit.NANOSECONDS)), null);
        } catch (TimeoutException late) {
            throw LookupException.failed("no answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw failure(host, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LookupException.failed("interrupted");
        }
    }

    private static LookupException failure(String host, @Nullable Throwable cause) {
        String text = cause == null ? "" : String.valueOf(cause.getMessage());
        boolean none = cause instanceof UnknownHostException && !text.contains(NO_ANSWER);
        return none
                ? LookupException.noSuchName(host + " has no address")
                : LookupException.failed("the look-up of " + host + " failed");
    }
}
