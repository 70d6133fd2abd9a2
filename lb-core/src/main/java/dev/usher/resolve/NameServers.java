package dev.usher.resolve;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SimpleResolver;

/**
 * Name servers in turn, until an answer comes. The server of the last answer is asked first the next time. A truncated answer is
 * asked for again over TCP.
 */
final class NameServers {
    /** A packet may be lost: each server is asked twice. */
    private static final int ROUNDS = 2;
    /** Beyond the time of the library's own deadline: by then the question has ended. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final List<SimpleResolver> servers;
    private final Duration longest;
    private final Duration each;
    private final AtomicInteger first = new AtomicInteger();

    NameServers(ResolveConfig config) {
        this.longest = config.timeout();
        this.each = longest.dividedBy((long) config.servers().size() * ROUNDS);
        this.servers =
                config.servers().stream().map(server -> simple(server, each)).toList();
    }

    private static SimpleResolver simple(HostPort server, Duration timeout) {
        SimpleResolver simple =
                new SimpleResolver(new InetSocketAddress(InetAddress.ofLiteral(server.host()), server.port()));
        simple.setTimeout(timeout);
        return simple;
    }

    /** The end of a look-up begun now, however many questions there are; of {@link Clock}. */
    long deadline() {
        return Clock.SYSTEM.nanos() + longest.toNanos();
    }

    /**
     * The answer to a question: NOERROR or NXDOMAIN.
     *
     * @param deadline no server is asked from then on
     */
    Message ask(Message question, long deadline) throws LookupException {
        String failure = "";
        int start = first.get();
        for (int i = 0; i < servers.size() * ROUNDS && Clock.SYSTEM.nanos() - deadline < 0; i++) {
            int at = (start + i) % servers.size();
            try {
                Message answer = ask(servers.get(at), question);
                int code = answer.getRcode();
                if (!answer.getHeader().getFlag(Flags.QR)) {
                    failure = "sent the question back";
                } else if (code == Rcode.NOERROR || code == Rcode.NXDOMAIN) {
                    first.set(at);
                    return answer;
                } else {
                    failure = "answered " + Rcode.string(code);
                }
            } catch (TimeoutException late) {
                failure = "did not answer within " + each.toMillis() + " ms";
            } catch (IOException e) {
                failure = "failed: " + e.getMessage();
            }
        }
        throw LookupException.failed(
                failure.isEmpty()
                        ? "the name servers did not come to an end within " + longest.toMillis() + " ms"
                        : "the last name server asked " + failure);
    }

    /** Not on the JVM's shared threads: a blocked thread there would hold up answers. */
    private static void runApart(Runnable task) {
        Thread.ofVirtual().name("answer of a name server").start(task);
    }

    private Message ask(SimpleResolver server, Message question) throws IOException, TimeoutException {
        try {
            return server.sendAsync(question, NameServers::runApart)
                    .toCompletableFuture()
                    .get(each.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            String failure = String.valueOf(e.getMessage());
            if (failure.contains("imed out")) {
                throw new TimeoutException();
            }
            throw new IOException(failure, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
