package dev.usher.admin.http;

import io.undertow.io.IoCallback;
import io.undertow.io.Receiver;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * Bounds what one request may take: the body in bytes and in time. The body is read here, on the thread that waits for
 * sockets, so that a client that sends it slowly holds no other. What a header may take, and how many connections there
 * may be, the server bounds before there is a request.
 */
public final class RequestLimits implements HttpHandler {
    /** The largest body of the API, a token, has some hundred bytes. */
    public static final int MAX_BODY_BYTES = 64 * 1024;

    private static final AttachmentKey<byte[]> BODY = AttachmentKey.create(byte[].class);
    private static final byte[] NONE = {};

    private final long bodyMillis;
    private final HttpHandler next;

    /** @param bodyMillis how long a body may take from the end of its header on */
    public RequestLimits(long bodyMillis, HttpHandler next) {
        this.bodyMillis = bodyMillis;
        this.next = next;
    }

    /** What came with the request; empty if nothing did. */
    public static byte[] body(HttpServerExchange exchange) {
        return Objects.requireNonNullElse(exchange.getAttachment(BODY), NONE);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!Request.hasBody(exchange)) {
            next.handleRequest(exchange);
        } else if (!Request.isWrite(exchange)) {
            refuse(exchange, Problem.of(400, exchange.getRequestMethod() + " takes no body"));
        } else if (exchange.getRequestContentLength() > MAX_BODY_BYTES) {
            refuse(exchange, tooLarge());
        } else {
            askForBody(exchange);
        }
    }

    /** A client that sent {@code Expect: 100-continue} waits to be told that its body is wanted. */
    private void askForBody(HttpServerExchange exchange) {
        if (!HttpContinue.requiresContinueResponse(exchange)) {
            readBody(exchange);
            return;
        }
        HttpContinue.sendContinueResponse(exchange, new IoCallback() {
            @Override
            public void onComplete(HttpServerExchange asked, Sender sender) {
                readBody(asked);
            }

            @Override
            public void onException(HttpServerExchange asked, Sender sender, IOException gone) {
                IoUtils.safeClose(asked.getConnection());
            }
        });
    }

    private void readBody(HttpServerExchange exchange) {
        XnioExecutor.Key deadline = exchange.getIoThread()
                .executeAfter(() -> IoUtils.safeClose(exchange.getConnection()), bodyMillis, TimeUnit.MILLISECONDS);
        Receiver receiver = exchange.getRequestReceiver();
        receiver.setMaxBufferSize(MAX_BODY_BYTES);
        receiver.receiveFullBytes(
                (_, bytes) -> {
                    deadline.remove();
                    exchange.putAttachment(BODY, bytes);
                    // In another turn: this one belongs to the reading, and must not be held up by the answer.
                    exchange.dispatch(exchange.getIoThread(), next);
                },
                (_, fault) -> {
                    deadline.remove();
                    refuse(exchange, fault instanceof Receiver.RequestToLargeException ? tooLarge() : broken());
                });
    }

    private static Problem tooLarge() {
        return Problem.of(413, "a body may have " + MAX_BODY_BYTES + " bytes");
    }

    private static Problem broken() {
        return Problem.of(400, "the body ended too early");
    }

    /** The rest of the body is not waited for. */
    private static void refuse(HttpServerExchange exchange, Problem problem) {
        exchange.setPersistent(false);
        exchange.getResponseHeaders().put(Headers.CONNECTION, "close");
        problem.send(exchange);
    }
}
