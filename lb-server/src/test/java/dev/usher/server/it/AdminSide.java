package dev.usher.server.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a running usher says of itself. */
final class AdminSide implements AutoCloseable {
    private final URI base;
    private final HttpClient client = HttpClient.newHttpClient();

    AdminSide(Usher usher) throws Exception {
        base = usher.admin();
    }

    String text(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofString())
                .body();
    }

    JsonNode json(String path) throws Exception {
        return JsonMapper.shared().readTree(text(path));
    }

    @Override
    public void close() {
        client.close();
    }
}
