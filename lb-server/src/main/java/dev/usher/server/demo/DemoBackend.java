package dev.usher.server.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.usher.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;

/** A small HTTPS server with its name in each answer. */
final class DemoBackend implements AutoCloseable {
    private final HttpsServer server;
    private final HostPort address;

    /** Serves at once, on a free port of the loopback address. */
    DemoBackend(String name, String domain, DemoCertificate certificate) throws IOException, GeneralSecurityException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        address = new HostPort(
                server.getAddress().getAddress().getHostAddress(),
                server.getAddress().getPort());
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        byte[] answer = "Hello from %s at %s, with the certificate of %s (SHA-256 %s...)%n"
                .formatted(name, address, domain, certificate.fingerprint())
                .getBytes(StandardCharsets.US_ASCII);
        server.createContext("/", exchange -> answer(exchange, answer));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    HostPort address() {
        return address;
    }

    private static void answer(HttpExchange exchange, byte[] answer) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, head ? -1 : answer.length);
            if (!head) {
                exchange.getResponseBody().write(answer);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
