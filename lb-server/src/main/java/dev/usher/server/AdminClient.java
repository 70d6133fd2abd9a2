package dev.usher.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Asks a running usher's admin side over HTTP. */
final class AdminClient extends UsherClient {
    private static final int UNAUTHORIZED = 401;

    private final URI base;
    private final @Nullable String token;
    private final HttpClient http;

    /**
     * @param base for example {@code http://127.0.0.1:9000/}
     * @param token to send; null for none
     * @param tls trusted certificates; null for the JDK's own
     */
    AdminClient(URI base, @Nullable String token, @Nullable SSLContext tls) {
        this.base = base;
        this.token = token;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
        this.http = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    @Override
    String name() {
        return base.toString();
    }

    @Override
    Said ask(String method, String path, @Nullable String body, Duration patience)
            throws AdminFault, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(patience)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            return new Said(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new AdminFault(explained(e));
        }
    }

    /** The fault in words for the user who typed the address. */
    private String explained(IOException fault) {
        String message = String.valueOf(fault.getMessage());
        if (fault instanceof SSLHandshakeException) {
            return "the certificate that " + base + " shows is not trusted: " + message
                    + " (name its CA, or the certificate itself, with --ca FILE)";
        }
        if (fault instanceof SSLException) {
            return "the server at " + base + " does not speak TLS: write http://";
        }
        if (message.contains("status line")) {
            return "the server at " + base + " does not speak HTTP; if it speaks TLS, write https://";
        }
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "unknown host " + base.getHost();
            }
        }
        return "nothing answers at " + base + (fault.getMessage() == null ? "" : ": " + message);
    }

    @Override
    String refusal(int status, String detail) {
        return status == UNAUTHORIZED && token == null
                ? "a token is needed: --token-file FILE, or USHER_TOKEN in the environment"
                : detail;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
