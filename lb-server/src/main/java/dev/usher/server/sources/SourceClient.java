package dev.usher.server.sources;

import dev.usher.admin.http.Pem;
import dev.usher.config.ClientTls;
import dev.usher.config.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server of little trust: redirects are not followed, an answer has a size and a total deadline, no proxy and no
 * cookie is used.
 */
final class SourceClient implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;
    private static final int REDIRECT = 3;

    private final HttpClient client;
    private final @Nullable Secret token;
    private final Function<String, String[]> authorization;

    /**
     * @param authorization the header for a token, as name and value
     * @throws IOException if a file for TLS cannot be used
     */
    SourceClient(ClientTls tls, @Nullable Secret token, Function<String, String[]> authorization) throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(ProxySelector.of(null))
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        if (!tls.isNone()) {
            builder.sslContext(context(tls));
        }
        this.client = builder.build();
        this.token = token;
        this.authorization = authorization;
    }

    private static javax.net.ssl.SSLContext context(ClientTls tls) throws IOException {
        try {
            Path cert = tls.cert();
            Path key = tls.key();
            return Pem.client(tls.trustStore(), cert, key);
        } catch (GeneralSecurityException e) {
            throw new IOException("the files for TLS cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * An answer with the status 200 or 304.
     *
     * @param body empty if unchanged
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, and never compared
    record Answer(HttpHeaders headers, byte[] body, boolean unchanged) {}

    /**
     * Sends a GET, and waits for the whole answer.
     *
     * @param headers names and values in turn
     */
    Answer get(URI url, Patience patience, int maxBytes, String... headers) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                send(url, HttpResponse.BodyHandlers.ofByteArray(), maxBytes, headers);
        try {
            return answer(answer.get(patience.left().toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException late) {
            throw patience.over();
        } catch (ExecutionException failed) {
            throw new IOException(reason(failed.getCause(), url), failed);
        } finally {
            answer.cancel(true);
        }
    }

    /**
     * Sends a GET to each, and waits until the first has answered, with whatever status. The bodies are dropped as they come.
     *
     * @param urls of one server, at least one
     * @return false if none has answered in time
     */
    boolean answersAny(List<URI> urls, Duration patience, int maxBytes) throws IOException, InterruptedException {
        List<CompletableFuture<HttpResponse<Void>>> sent = new ArrayList<>();
        try {
            urls.forEach(url -> sent.add(send(url, HttpResponse.BodyHandlers.discarding(), maxBytes)));
            CompletableFuture.anyOf(sent.toArray(CompletableFuture[]::new))
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException none) {
            return false;
        } catch (ExecutionException failed) {
            throw new IOException(
                    "a question that waits for a change: " + reason(failed.getCause(), urls.getFirst()), failed);
        } finally {
            sent.forEach(each -> each.cancel(true));
        }
    }

    private <T> CompletableFuture<HttpResponse<T>> send(
            URI url, HttpResponse.BodyHandler<T> body, int maxBytes, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).header("User-Agent", "usher");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        if (token != null) {
            request.headers(authorization.apply(token.text()));
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.limiting(body, maxBytes));
    }

    private static Answer answer(HttpResponse<byte[]> response) throws IOException {
        int status = response.statusCode();
        if (status != OK && status != NOT_MODIFIED) {
            String to = status / 100 == REDIRECT
                    ? " to "
                            + OfferBuilder.shown(
                                    response.headers().firstValue("Location").orElse("nowhere"))
                            + ": redirects are not followed"
                    : "";
            throw new IOException("the status is " + status + to);
        }
        return new Answer(response.headers(), response.body(), status == NOT_MODIFIED);
    }

    /** The reason in words: some exceptions of the JDK have none. */
    private static String reason(@Nullable Throwable fault, URI url) {
        for (Throwable each = fault; each != null; each = each.getCause()) {
            if (each instanceof UnresolvedAddressException) {
                return url.getHost() + " does not resolve";
            }
        }
        String message = fault == null ? null : fault.getMessage();
        if (message != null && message.contains("PKIX path")) {
            return "the certificate of " + url.getHost() + " is not trusted: trust_store says which to trust";
        }
        if (message != null && message.contains("received no bytes")) { // a server may end so before its alert is read
            return url.getHost() + " ended the connection without an answer"
                    + (url.getScheme().equals("https") ? "; it may want a client certificate: cert and key" : "");
        }
        if (message != null && !message.isBlank()) {
            return OfferBuilder.shown(message.replaceFirst("^body exceeds capacity.*", "the answer is too large"));
        }
        return fault instanceof ConnectException ? "no connection to " + url.getAuthority() : String.valueOf(fault);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
