package dev.usher.opening;

import dev.usher.config.NotTls;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.http.Answer;
import dev.usher.http.PlainRequest;
import dev.usher.tls.Alert;
import dev.usher.tls.ClientHello;
import dev.usher.tls.HelloCollector;
import dev.usher.tls.HelloRefusal;
import dev.usher.tls.HelloResult;
import dev.usher.tls.ServerFirstBytes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A TLS ClientHello, sent on to the backend as a whole, and answered by the backend; a refusal is an alert, and an HTTP
 * client is told to use TLS. Until the backend's first byte the hello may be sent to another backend. A hello with early
 * data is the exception, since a backend may have acted on early data.
 *
 * <p>A first byte of a handshake goes straight to the hello's reader. Other first bytes may be of a protocol that has a
 * pool.
 */
public final class TlsOpening implements Opening {
    private static final Answer USE_TLS =
            new Answer(400, null, "This port speaks TLS, and the request came without: use https.");
    private static final Step.Refused HTTP = new Step.Refused(CloseReason.HTTP_ON_TLS, "an HTTP request without TLS");

    private static final byte HANDSHAKE = 22;
    /** The types of TLS records, handshakes among them (RFC 8446 section 5.1, RFC 6520 section 3). */
    private static final int FIRST_RECORD_TYPE = 20;

    private static final int LAST_RECORD_TYPE = 24;

    private final NotTls notTls;

    /** Null once the hello is whole: a connection is open for long. */
    private @Nullable HelloCollector collector;

    private boolean offersEarlyData;
    private long mark;

    /**
     * @param maxSizeBytes upper bound of a ClientHello's size
     * @param notTls pools for other protocols
     */
    public TlsOpening(int maxSizeBytes, NotTls notTls) {
        this.notTls = notTls;
        this.collector = new HelloCollector(maxSizeBytes);
    }

    @Override
    public Step read(ByteBuffer soFar) {
        if (!soFar.hasRemaining()) {
            return Step.NEED_MORE;
        }
        byte first = soFar.get(soFar.position());
        return first == HANDSHAKE ? hello(soFar) : withoutHandshake(first, soFar);
    }

    private Step withoutHandshake(byte first, ByteBuffer soFar) {
        Step known = OtherProtocol.look(soFar, notTls);
        if (known != null) {
            return known;
        }
        PlainRequest plain = notTls.other() == null ? PlainRequest.look(soFar) : PlainRequest.NO;
        if (plain != PlainRequest.NO) {
            return plain == PlainRequest.YES ? HTTP : Step.NEED_MORE;
        }
        Step hello = hello(soFar);
        boolean noTls = hello instanceof Step.Refused refused && refused.reason() == CloseReason.NOT_TLS;
        boolean record = first >= FIRST_RECORD_TYPE && first <= LAST_RECORD_TYPE;
        return noTls && !record && notTls.other() != null ? OtherProtocol.whole(NotTls.Protocol.OTHER) : hello;
    }

    private Step hello(ByteBuffer soFar) {
        if (collector == null) {
            throw new IllegalStateException("the hello is whole already");
        }
        return switch (collector.collect(soFar)) {
            case HelloResult.NeedMore _ -> Step.NEED_MORE;
            case HelloResult.Refused refused ->
                new Step.Refused(reasonOf(refused.reason()), refused.detail(), refused.name());
            case HelloResult.Hello read -> whole(read.hello());
        };
    }

    private Step whole(ClientHello hello) {
        collector = null;
        offersEarlyData = hello.offersEarlyData();
        mark = hello.mark();
        return new Step.Whole(new Destination.Host(hello.serverName(), hello.alpn(), hello.sentName()), 0);
    }

    private static CloseReason reasonOf(HelloRefusal refusal) {
        return switch (refusal) {
            case NOT_TLS -> CloseReason.NOT_TLS;
            case MALFORMED -> CloseReason.MALFORMED_HELLO;
            case TOO_LARGE -> CloseReason.HELLO_TOO_LARGE;
            case INVALID_NAME -> CloseReason.INVALID_NAME;
        };
    }

    /** The alert for a TLS client (RFC 8446 section 6.2). */
    public static Alert alert(Refusal why) {
        return switch (why) {
            case MALFORMED, TOO_LARGE -> Alert.DECODE_ERROR;
            case INVALID_NAME -> Alert.ILLEGAL_PARAMETER;
            case NO_NAME -> Alert.MISSING_EXTENSION;
            case UNKNOWN_NAME, NO_SUCH_HOST -> Alert.UNRECOGNIZED_NAME;
            case DENIED, UNIDENTIFIED, TOO_OFTEN -> Alert.ACCESS_DENIED;
            case UNAVAILABLE, EXHAUSTED, REFUSING_BACKEND, BAD_BACKEND, LATE_BACKEND -> Alert.INTERNAL_ERROR;
            case OTHER_PROTOCOL, COMMAND, NO_PLAIN, REDIRECT -> Alert.UNEXPECTED_MESSAGE;
        };
    }

    @Override
    public ByteBuffer refusal(Refusal why) {
        return why == Refusal.OTHER_PROTOCOL ? USE_TLS.bytes(false) : alert(why).record();
    }

    @Override
    public long mark() {
        return mark;
    }

    @Override
    public boolean expectsAnswer() {
        return true;
    }

    @Override
    public boolean isRepeatable() {
        return !offersEarlyData;
    }

    @Override
    public Verdict judge(ByteBuffer first) {
        return switch (ServerFirstBytes.look(first)) {
            case HANDSHAKE, OTHER -> Verdict.ANSWER;
            case ALERT -> Verdict.REFUSAL;
            case INTERNAL_ERROR -> Verdict.FAULT;
            case TOO_SHORT -> Verdict.UNCLEAR;
        };
    }
}
