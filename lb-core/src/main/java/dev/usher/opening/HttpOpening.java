package dev.usher.opening;

import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.end.Refusal;
import dev.usher.http.AcmeChallenge;
import dev.usher.http.Answer;
import dev.usher.http.Authority;
import dev.usher.http.HeadReader;
import dev.usher.http.HeadRefusal;
import dev.usher.http.HeadResult;
import dev.usher.http.HeadWriter;
import dev.usher.http.RequestBody;
import dev.usher.http.RequestHead;
import dev.usher.http.StatusLine;
import dev.usher.name.ServerName;
import dev.usher.tls.Alert;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP request. A refusal is an answer with a short text, and so is a redirect to https; a TLS client
 * gets an alert. One request is answered for each connection.
 */
public final class HttpOpening implements Opening {
    private static final int HTTPS_PORT = 443;

    private final HttpConfig config;
    private final HeadReader reader;
    /** Null until whole. */
    private @Nullable RequestHead head;
    /** The fault for which the head is refused; else null. */
    private @Nullable String fault;
    /** The status of the answer; null before an answer, or if the backend's first bytes are no whole status. */
    private @Nullable Integer status;

    /** Null until a request is passed on. */
    private @Nullable Boundary boundary;
    /** The boundary of a request to go on as a WebSocket; else null. */
    private @Nullable WebSocket webSocket;

    public HttpOpening(HttpConfig config) {
        this.config = config;
        this.reader = new HeadReader(config.maxSizeBytes(), HeadReader.Asked.ORIGIN);
    }

    /** A request that is read already. */
    static HttpOpening of(RequestHead head) {
        HttpOpening read = new HttpOpening(HttpConfig.DEFAULT);
        read.head = head;
        return read;
    }

    @Override
    public Step read(ByteBuffer soFar) {
        return switch (reader.read(soFar)) {
            case HeadResult.NeedMore _ -> Step.NEED_MORE;
            case HeadResult.Refused refused -> {
                fault = refused.detail();
                yield new Step.Refused(reasonOf(refused.reason()), refused.detail(), refused.name());
            }
            case HeadResult.Whole whole -> {
                head = whole.head();
                yield new Step.Whole(destination(whole.head()), whole.length());
            }
        };
    }

    private static Destination destination(RequestHead head) {
        Authority host = head.host();
        return host == null
                ? new Destination.Host(null, List.of(), null)
                : new Destination.Host(host.name(), List.of(), host.sentName(), AcmeChallenge.isAskedForBy(head));
    }

    static CloseReason reasonOf(HeadRefusal refusal) {
        return switch (refusal) {
            case NOT_HTTP -> CloseReason.NOT_HTTP;
            case TLS -> CloseReason.TLS_ON_HTTP;
            case MALFORMED -> CloseReason.MALFORMED_REQUEST;
            case AMBIGUOUS -> CloseReason.AMBIGUOUS_REQUEST;
            case TOO_LARGE -> CloseReason.REQUEST_TOO_LARGE;
            case INVALID_NAME -> CloseReason.INVALID_NAME;
        };
    }

    @Override
    public ByteBuffer refusal(Refusal why) {
        if (why == Refusal.OTHER_PROTOCOL) {
            return Alert.UNEXPECTED_MESSAGE.record();
        }
        boolean toHead = head != null && head.isHead();
        Answer answer = why == Refusal.REDIRECT ? redirect() : answer(why, fault);
        status = answer.status();
        return answer.bytes(toHead);
    }

    /** The answer to a refused client. */
    public static Answer answer(Refusal why) {
        return answer(why, null);
    }

    /** @param fault the fault of the client's head, if known */
    static Answer answer(Refusal why, @Nullable String fault) {
        return switch (why) {
            case MALFORMED, INVALID_NAME, OTHER_PROTOCOL ->
                new Answer(400, null, "The request is not understood" + (fault == null ? "." : ": " + fault + "."));
            case TOO_LARGE -> new Answer(431, null, "The head of the request is too large.");
            case NO_NAME -> new Answer(404, null, "The request names no host.");
            case UNKNOWN_NAME, NO_SUCH_HOST -> new Answer(421, null, "This host is not served here.");
            case DENIED -> new Answer(403, null, "This host is not for you.");
            case UNIDENTIFIED -> new Answer(407, null, "Say who you are.");
            case TOO_OFTEN -> new Answer(429, null, "Too many wrong passwords came from your address: wait a minute.");
            case NO_PLAIN -> new Answer(405, null, "Ask for https here, by CONNECT.");
            case COMMAND -> new Answer(501, null, "This method is not served here.");
            case EXHAUSTED -> new Answer(503, null, "No connection can be made now.");
            case UNAVAILABLE -> new Answer(503, null, "No server is available for this host.");
            case REFUSING_BACKEND, BAD_BACKEND ->
                new Answer(502, null, "The server of this host did not take the request.");
            case LATE_BACKEND -> new Answer(504, null, "The server of this host did not answer in time.");
            case REDIRECT -> throw new IllegalArgumentException("a redirect needs a request");
        };
    }

    private Answer redirect() {
        RequestHead asked = Objects.requireNonNull(head, "redirected once whole");
        Authority host = Objects.requireNonNull(asked.host(), "a route has its name");
        return redirect(config, host.name(), asked.path());
    }

    /** Leads to the name as normalised, never to a text of the client's, and to the port of the configuration. */
    public static Answer redirect(HttpConfig config, ServerName name, String path) {
        String port = config.httpsPort() == HTTPS_PORT ? "" : ":" + config.httpsPort();
        return new Answer(config.redirect(), "https://" + name.inUrl() + port + path, "Use https.");
    }

    @Override
    public ByteBuffer foreword(Sender sender) {
        RequestHead asked = Objects.requireNonNull(head, "once whole");
        HttpRule rule = Objects.requireNonNull(sender.rule(), "only a rule lets a request pass");
        boolean upgrade = rule.websocket() && WebSocket.isAskedForBy(asked);
        if (upgrade) {
            WebSocket upgraded = new WebSocket();
            webSocket = upgraded;
            boundary = upgraded;
        } else {
            boundary = RequestBody.of(asked.body())::within;
        }
        return HeadWriter.write(
                asked, rule.forwardedHeaders() ? ForwardedFields.of(asked, sender.client()) : List.of(), upgrade);
    }

    @Override
    public @Nullable Boundary boundary() {
        return boundary;
    }

    @Override
    public boolean expectsAnswer() {
        return true;
    }

    @Override
    public @Nullable HttpExchange exchange() {
        if (head == null) {
            return status == null ? null : HttpExchange.refused(status);
        }
        return HttpExchange.of(head.method(), head.path(), status);
    }

    /** GET and HEAD are safe to repeat (RFC 9110 section 9.2.1). */
    @Override
    public boolean isRepeatable() {
        return head != null && head.isPlainLook();
    }

    @Override
    public Verdict judge(ByteBuffer first) {
        if (webSocket != null) {
            webSocket.hear(first);
        }
        status = StatusLine.statusOf(first);
        return Verdict.ANSWER;
    }
}
