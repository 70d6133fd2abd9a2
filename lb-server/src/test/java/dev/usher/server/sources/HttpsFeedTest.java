package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.usher.admin.http.Pem;
import dev.usher.server.it.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A URL that is asked over TLS: who is trusted, and who gets the token. */
@Timeout(30)
class HttpsFeedTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final byte[] ONE_NAME =
            "{\"routes\": {\"a.example\": \"10.0.0.1:443\"}}".getBytes(StandardCharsets.UTF_8);

    private final Certificates certificates;
    /** Headers for authorization of the requests so far. */
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    /** Subjects of the client certificates so far. */
    private final List<String> clients = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private HttpsServer server;

    private boolean wantsClients;
    private volatile String location = "";

    HttpsFeedTest() throws Exception {
        certificates = new Certificates();
    }

    @BeforeEach
    void start() throws Exception {
        start("localhost");
    }

    private void start(String domain) throws Exception {
        Certificates.Leaf leaf = certificates.leaf(domain);
        SSLContext context = Pem.client(certificates.authorityFile(), leaf.chainFile(), leaf.keyFile());
        server = HttpsServer.create(ANY_PORT, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setNeedClientAuth(wantsClients);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            if (wantsClients) {
                clients.add(((HttpsExchange) exchange)
                        .getSSLSession()
                        .getPeerPrincipal()
                        .getName());
            }
            if (!location.isEmpty()) {
                exchange.getResponseHeaders().set("Location", location);
            }
            exchange.sendResponseHeaders(location.isEmpty() ? 200 : 307, ONE_NAME.length);
            exchange.getResponseBody().write(ONE_NAME);
        }
    }

    private Feed feed(String keys) throws IOException {
        return Feed.of(Given.source("type: http, timeout: 5s, token: sesame, url: \"https://localhost:"
                + server.getAddress().getPort() + "/usher.json\"" + keys));
    }

    private String trusting() {
        return ", trust_store: " + certificates.authorityFile();
    }

    private String refusal(String keys) throws IOException {
        try (Feed feed = feed(keys)) {
            return String.valueOf(assertThrows(IOException.class, feed::ask).getMessage());
        }
    }

    @Test
    void sendsTokenToTrustedServer() throws Exception {
        try (Feed feed = feed(trusting())) {
            assertEquals("[a.example]", feed.ask().names().toString());
            assertEquals(List.of("Bearer sesame"), tokens);
        }
    }

    @Test
    void sendsNothingToServerWithoutTrust() throws Exception {
        String why = "the certificate of localhost is not trusted: trust_store says which to trust";
        assertEquals(why, refusal(""));
        assertEquals(why, refusal(", trust_store: " + new Certificates().authorityFile()));
        assertEquals(List.of(), tokens);
    }

    @Test
    void sendsNothingToServerOfAnotherName() throws Exception {
        server.stop(0);
        start("other.example");
        String why = refusal(trusting());
        assertTrue(why.contains("localhost"), why);
        assertEquals(List.of(), tokens);
    }

    @Test
    void showsClientCertificate() throws Exception {
        wantsClients = true;
        Certificates.Leaf own = certificates.leaf("usher.example");
        try (Feed feed = feed(trusting() + ", cert: " + own.chainFile() + ", key: " + own.keyFile())) {
            assertEquals("[a.example]", feed.ask().names().toString());
            assertEquals(List.of("CN=usher.example"), clients);
        }
        String why = refusal(trusting());
        assertTrue(why.contains("certificate"), why);
        assertEquals(1, tokens.size());
    }

    @Test
    void followsNoRedirect() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpHandler other = exchange -> {
            asked.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.close();
        };
        HttpServer plain = HttpServer.create(ANY_PORT, 0);
        plain.createContext("/", other);
        plain.start();
        try {
            for (String to : List.of(
                    "file:///etc/passwd",
                    "http://127.0.0.1:" + plain.getAddress().getPort() + "/usher.json")) {
                location = to;
                assertEquals("the status is 307 to " + to + ": redirects are not followed", refusal(trusting()));
            }
            assertEquals(List.of(), asked);
        } finally {
            plain.stop(0);
        }
    }
}
