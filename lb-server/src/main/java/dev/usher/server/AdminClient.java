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
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Asks the admin side of a running usher. */
final class AdminClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ObjectWriter ASCII =
            JSON.writerWithDefaultPrettyPrinter().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private final URI base;
    private final @Nullable String token;
    private final HttpClient http;

    /**
     * @param base as {@code http://127.0.0.1:9000/}
     * @param token to send; null for none
     * @param tls what to trust; null trusts what the JDK does
     */
    AdminClient(URI base, @Nullable String token, @Nullable SSLContext tls) {
        this.base = base;
        this.token = token;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
        this.http = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    /** Whom it asks. */
    URI base() {
        return base;
    }

    /** Answers with the JSON at a path, which begins with a slash; its texts can be printed. */
    JsonNode get(String path) throws AdminFault, InterruptedException {
        return read(send(request(path).GET().build()));
    }

    /** The JSON at a path with its texts as they are, in many lines of ASCII: for programs. */
    String exact(String path) throws AdminFault, InterruptedException {
        HttpResponse<String> answer = look(path);
        read(answer);
        return ASCII.writeValueAsString(parsed(answer.body()));
    }

    /** Changes what is at a path. */
    JsonNode patch(String path, String body) throws AdminFault, InterruptedException {
        return read(send(request(path)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(body))
                .build()));
    }

    /** The status of a path, whatever it is, and what is said there. */
    HttpResponse<String> look(String path) throws AdminFault, InterruptedException {
        return send(request(path).GET().build());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE);
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(HttpRequest request) throws AdminFault, InterruptedException {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AdminFault(explained(e));
        }
    }

    /** What is wrong, in words for who has typed the address. */
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

    private JsonNode read(HttpResponse<String> answer) throws AdminFault {
        JsonNode body = Visible.of(parsed(answer.body()));
        if (answer.statusCode() == 200) {
            return body;
        }
        String detail = body.path("detail").asString("status " + answer.statusCode());
        throw new AdminFault(
                switch (answer.statusCode()) {
                    case 401 ->
                        token == null
                                ? "a token is needed: --token-file FILE, or USHER_TOKEN in the environment"
                                : detail;
                    default -> detail;
                });
    }

    private JsonNode parsed(String body) throws AdminFault {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            throw new AdminFault("the server at " + base + " is not usher");
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
