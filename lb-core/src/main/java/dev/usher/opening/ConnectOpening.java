package dev.usher.opening;

import dev.usher.config.HttpConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PlainPools;
import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.end.Refusal;
import dev.usher.http.AcmeChallenge;
import dev.usher.http.Answer;
import dev.usher.http.Authority;
import dev.usher.http.HeadReader;
import dev.usher.http.HeadResult;
import dev.usher.http.RequestHead;
import dev.usher.login.Credentials;
import dev.usher.tls.Alert;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request to a forward proxy: CONNECT for a host and a port (RFC 9110 section 9.3.6), or an HTTP request for a whole
 * URL, which goes on as on a listener of type http. Bytes behind the head of a CONNECT are of the protocol within.
 */
public final class ConnectOpening implements Opening {
    private static final int CONNECTED = 200;
    private static final byte[] ESTABLISHED =
            ("HTTP/1.1 " + CONNECTED + " Connection established\r\n\r\n").getBytes(StandardCharsets.US_ASCII);

    /** The largest head: the default of type http, without a key, since programs write short heads to a proxy. */
    private static final int MAX_HEAD_BYTES = HttpConfig.DEFAULT.maxSizeBytes();

    private final ListenerConfig listener;
    private final HeadReader reader = new HeadReader(MAX_HEAD_BYTES, HeadReader.Asked.PROXY);
    /** Null until whole. */
    private @Nullable RequestHead head;
    /** True from the moment at which the caller checks the user. */
    private boolean checked;
    /** The fault for which the head is refused; else null. */
    private @Nullable String fault;
    /** The status of the proxy's own answer; null before such an answer. */
    private @Nullable Integer status;
    /** Null until a CONNECT is whole. */
    private @Nullable Opening within;
    /** The request without TLS, once whole; else an opening without a word. */
    private Opening request = PlainOpening.INSTANCE;

    public ConnectOpening(ListenerConfig listener) {
        this.listener = listener;
    }

    @Override
    public Step read(ByteBuffer soFar) {
        return switch (reader.read(soFar)) {
            case HeadResult.NeedMore _ -> Step.NEED_MORE;
            case HeadResult.Refused refused -> {
                fault = refused.detail();
                yield new Step.Refused(HttpOpening.reasonOf(refused.reason()), refused.detail(), refused.name());
            }
            case HeadResult.Whole whole -> {
                head = whole.head();
                yield listener.forwardProxy().users() == null || checked
                        ? new Step.Whole(destination(whole.head()), whole.length())
                        : login(whole.head());
            }
        };
    }

    /** Read again once the user is known: the head stays until then. */
    private Step login(RequestHead asked) {
        Credentials said = BasicLogin.of(asked.values("Proxy-Authorization"));
        if (said == null) {
            return new Step.Refused(CloseReason.AUTH_METHOD, "no name and password by Basic");
        }
        checked = true;
        return new Step.Check(said, 0);
    }

    private Destination destination(RequestHead asked) {
        Authority host = Objects.requireNonNull(asked.host(), "a proxy is asked for a host");
        int port = host.port() == null ? PlainPools.PORT : host.port();
        if (asked.isConnect()) {
            within = HelloWithin.behind(host.name(), port, listener);
            return new Destination.Host(host.name(), host.sentName(), port);
        }
        request = HttpOpening.of(asked);
        return new Destination.Host(
                host.name(), List.of(), host.sentName(), AcmeChallenge.isAskedForBy(asked), port, true);
    }

    @Override
    public @Nullable ByteBuffer connected() {
        if (within == null) {
            return null;
        }
        status = CONNECTED;
        return ByteBuffer.wrap(ESTABLISHED);
    }

    @Override
    public @Nullable Opening within() {
        return within;
    }

    @Override
    public ByteBuffer refusal(Refusal why) {
        if (why == Refusal.OTHER_PROTOCOL) {
            return Alert.UNEXPECTED_MESSAGE.record();
        }
        Answer answer = answer(why, fault);
        status = answer.status();
        return answer.bytes(head != null && head.isHead());
    }

    /** The answer to a refused client. */
    public static Answer answer(Refusal why) {
        return answer(why, null);
    }

    /** A proxy refuses a host: 421 would ask the client to try another connection. */
    private static Answer answer(Refusal why, @Nullable String fault) {
        return switch (why) {
            case UNKNOWN_NAME -> new Answer(403, null, "No route leads to this host.");
            case NO_SUCH_HOST -> new Answer(502, null, "The name of this host does not exist.");
            case DENIED -> new Answer(403, null, "This host or this port is not for you.");
            default -> HttpOpening.answer(why, fault);
        };
    }

    @Override
    public @Nullable HttpExchange exchange() {
        if (head == null) {
            return status == null ? null : HttpExchange.refused(status);
        }
        HttpExchange passedOn = request.exchange();
        Integer answered = status == null && passedOn != null ? passedOn.status() : status;
        return HttpExchange.of(head.method(), head.isConnect() ? "" + head.host() : head.path(), answered);
    }

    // ---- of a request without TLS; of a CONNECT the opening within is asked ----

    @Override
    public @Nullable ByteBuffer foreword(Sender sender) {
        return request.foreword(sender);
    }

    @Override
    public @Nullable Boundary boundary() {
        return request.boundary();
    }

    @Override
    public boolean expectsAnswer() {
        return request.expectsAnswer();
    }

    @Override
    public boolean isRepeatable() {
        return request.isRepeatable();
    }

    @Override
    public Verdict judge(ByteBuffer first) {
        return request.judge(first);
    }
}
