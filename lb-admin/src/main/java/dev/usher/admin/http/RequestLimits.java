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
 * Limits the body of a request in bytes and time. The body is read on the I/O thread without blocking, so that a slow
 * client occupies no other thread. Limits of headers and connections are the server's, and apply before there is a
 * request.
 */
public final class RequestLimits implements HttpHandler {
    /** Far above the API's largest body, a token of some hundred bytes. */
    public static final int MAX_BODY_BYTES = 64 * 1024;

    private static final AttachmentKey<byte[]> BODY = AttachmentKey.create(byte[].class);
    private static final byte[] NONE = {};

    private final long bodyMillis;
    private final HttpHandler next;

    /** @param bodyMillis time limit for a body, from the end of the header */
    public RequestLimits(long bodyMillis, HttpHandler next) {
        this.bodyMillis = bodyMillis;
        this.next = next;
    }

    /** The body of a request; empty if there is none. */
    public static byte[] body(HttpServerExchange exchange) {
        return Objects.requireNonNullElse(exchange.getAttachment(BODY), NONE);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!RequestKind.hasBody(exchange)) {
            next.handleRequest(exchange);
        } else if (!RequestKind.isWrite(exchange)) {
            refuse(exchange, Problem.of(400, exchange.getRequestMethod() + " takes no body"));
        } else if (exchange.getRequestContentLength() > MAX_BODY_BYTES) {
            refuse(exchange, tooLarge());
        } else {
            askForBody(exchange);
        }
    }

    /** Reads the body; first sends 100 Continue if the client waits for it ({@code Expect: 100-continue}). */
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
                    // dispatched to another turn: the answer must not hold up the reading
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

    /** Refuses without waiting for the rest of the body. */
    private static void refuse(HttpServerExchange exchange, Problem problem) {
        exchange.setPersistent(false);
        exchange.getResponseHeaders().put(Headers.CONNECTION, "close");
        problem.send(exchange);
    }
}
