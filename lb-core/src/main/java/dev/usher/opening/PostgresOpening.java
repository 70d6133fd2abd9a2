package dev.usher.opening;

import dev.usher.config.NotTls;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The opening of a TLS port that serves Postgres as well. Clients of Postgres ask for TLS in clear, and send their hello
 * behind our answer; the hello then decides by name. The backend is asked for TLS in turn. A client that begins with
 * TLS at once ({@code sslnegotiation=direct}) is any TLS client.
 *
 * <pre>
 * SSLRequest      00000008 04d2162f   answered S: the hello must follow
 * GSSENCRequest   00000008 04d21630   answered N, once: one of the others must follow
 * CancelRequest   00000010 04d2162e   has no name: to the pool for cancels, if there is one
 * StartupMessage  length   0003....   without TLS: refused in the words of Postgres
 * </pre>
 *
 * Bytes behind a request, before our answer, are refused: a client takes them for bytes of TLS, and somebody on the way
 * could have put them there (CVE-2021-23214).
 */
final class PostgresOpening implements Opening {
    private enum Talk {
        /** No decision so far. */
        BEGUN,
        /** Encryption by GSSAPI was refused: the client has a last choice. */
        AGAIN,
        /** TLS was granted. */
        TLS,
        /** Asked without TLS; refused. */
        PLAIN,
        /** Any other protocol of the port. */
        OTHER
    }

    private static final Step.Refused EARLY =
            new Step.Refused(CloseReason.POSTGRES_EARLY_BYTES, "bytes behind a request of Postgres, before the answer");
    private static final Step.Refused CANCEL =
            new Step.Refused(CloseReason.POSTGRES_CANCEL, "a CancelRequest of Postgres, which has no name");
    private static final Step.Refused WITHOUT_TLS =
            new Step.Refused(CloseReason.POSTGRES_WITHOUT_TLS, "a StartupMessage of Postgres, without TLS");
    private static final Step.Refused NO_REQUEST =
            new Step.Refused(CloseReason.NOT_TLS, "no request of Postgres behind a refused GSSENCRequest");

    private final int maxSizeBytes;
    private final @Nullable String cancelPool;
    /** Reads a hello, with other protocols of the port until TLS is granted. */
    private TlsOpening tls;

    private Talk talk = Talk.BEGUN;

    /**
     * @param maxSizeBytes upper bound of a ClientHello's size
     * @param notTls with Postgres
     */
    PostgresOpening(int maxSizeBytes, NotTls notTls) {
        this.maxSizeBytes = maxSizeBytes;
        this.cancelPool = notTls.poolFor(NotTls.Protocol.POSTGRES_CANCEL);
        this.tls = new TlsOpening(maxSizeBytes, notTls);
    }

    @Override
    public Step read(ByteBuffer soFar) {
        return switch (talk) {
            case BEGUN, AGAIN -> request(soFar);
            case TLS, OTHER -> tls.read(soFar);
            case PLAIN -> WITHOUT_TLS;
        };
    }

    private Step request(ByteBuffer soFar) {
        return switch (PostgresRequest.look(soFar)) {
            case UNCLEAR -> Step.NEED_MORE;
            case SSL -> answer(soFar, 'S', Talk.TLS);
            case GSS_ENC -> talk == Talk.AGAIN ? NO_REQUEST : answer(soFar, 'N', Talk.AGAIN);
            case CANCEL -> cancelPool == null ? CANCEL : OtherProtocol.whole(NotTls.Protocol.POSTGRES_CANCEL);
            case STARTUP -> {
                talk = Talk.PLAIN;
                yield WITHOUT_TLS;
            }
            case NONE -> talk == Talk.AGAIN ? NO_REQUEST : other(soFar);
        };
    }

    private Step other(ByteBuffer soFar) {
        talk = Talk.OTHER;
        return tls.read(soFar);
    }

    private Step answer(ByteBuffer soFar, char letter, Talk next) {
        if (soFar.remaining() > PostgresRequest.BYTES) {
            return EARLY;
        }
        talk = next;
        if (next == Talk.TLS) {
            tls = new TlsOpening(maxSizeBytes, NotTls.NONE);
        }
        return new Step.Reply(ByteBuffer.wrap(new byte[] {(byte) letter}), PostgresRequest.BYTES);
    }

    @Override
    public @Nullable ByteBuffer refusal(Refusal why) {
        return talk == Talk.PLAIN ? errorResponse() : tls.refusal(why);
    }

    /** Shown by every client, as the server's own errors are. */
    private static ByteBuffer errorResponse() {
        byte[] fields = ("SFATAL\0VFATAL\0C28000\0"
                        + "Mthis port takes Postgres clients with TLS only: set sslmode=require, or verify-full\0\0")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(1 + Integer.BYTES + fields.length)
                .put((byte) 'E')
                .putInt(Integer.BYTES + fields.length)
                .put(fields)
                .flip();
    }

    @Override
    public @Nullable BackendGreeting backendGreeting() {
        return talk == Talk.TLS ? PostgresRequest.ASKS_FOR_TLS : null;
    }

    /** The request before the hello is without a random, and each machine on the way answers the request anew. */
    @Override
    public long mark() {
        return tls.mark();
    }

    @Override
    public boolean expectsAnswer() {
        return tls.expectsAnswer();
    }

    @Override
    public boolean isRepeatable() {
        return tls.isRepeatable();
    }

    @Override
    public Verdict judge(ByteBuffer first) {
        return tls.judge(first);
    }
}
