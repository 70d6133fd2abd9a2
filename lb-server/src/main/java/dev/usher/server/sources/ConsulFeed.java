package dev.usher.server.sources;

import dev.usher.config.ConsulSource;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks Consul for the services with a tag, and for the healthy instances of each. Blocking queries, for the catalogue
 * and for each service, say when to ask again.
 */
final class ConsulFeed implements Feed {
    private static final int MAX_BYTES = 8 * OfferReader.MAX_BYTES;
    private static final String CATALOGUE = "/v1/catalog/services?";
    /** Changes come in rows, and an agent that answers at once must not be asked at once again. */
    private static final Duration ROW = Duration.ofMillis(500);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final SourceConfig source;
    private final ConsulSource consul;
    private final SourceClient client;
    /** The index of the last answer for each question: a blocking query waits for a later one. */
    private Map<String, String> indexes = Map.of();

    ConsulFeed(SourceConfig source, ConsulSource consul) throws IOException {
        this.source = source;
        this.consul = consul;
        this.client =
                new SourceClient(consul.tlsFiles(), consul.token(), token -> new String[] {"X-Consul-Token", token});
    }

    @Override
    public Offer ask() throws IOException, InterruptedException {
        Map<String, String> seen = new LinkedHashMap<>();
        long end = System.nanoTime() + source.timeout().toNanos();
        List<String> services = CatalogueOffer.services(get(CATALOGUE, end, seen));
        if (services.size() > source.maxNames()) {
            throw new IOException("the catalogue has " + services.size() + " services with names, and max_names allows "
                    + source.maxNames());
        }
        CatalogueOffer offer = new CatalogueOffer(source.maxNames());
        for (String service : services) {
            offer.add(service, get(health(service), end, seen));
        }
        indexes = Map.copyOf(seen);
        return offer.build();
    }

    private static String health(String service) {
        return "/v1/health/service/"
                + URLEncoder.encode(service, StandardCharsets.UTF_8).replace("+", "%20") + "?passing=1&";
    }

    private JsonNode get(String question, long end, Map<String, String> seen) throws IOException, InterruptedException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new IOException("no whole answer within " + source.timeout().toMillis() + " ms");
        }
        SourceClient.Answer answer = client.get(url(question), Duration.ofNanos(left), MAX_BYTES);
        seen.put(question, index(answer.headers()));
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException fault) {
            throw new IOException("the answer is not JSON: " + OfferBuilder.shown(fault.getOriginalMessage()), fault);
        }
    }

    private URI url(String question) {
        String datacenter = consul.datacenter() == null ? "" : "dc=" + consul.datacenter() + "&";
        return URI.create(consul.url().toString().replaceFirst("/$", "") + question + datacenter + "stale");
    }

    /** The index, checked to be digits since it goes into the next URL. */
    private static String index(HttpHeaders headers) throws IOException {
        String index = headers.firstValue("X-Consul-Index").orElse("");
        if (!index.matches("[0-9]{1,20}")) {
            throw new IOException("the answer has no X-Consul-Index: is this Consul?");
        }
        return index;
    }

    @Override
    public void await(Duration interval) throws IOException, InterruptedException {
        List<CompletableFuture<HttpResponse<byte[]>>> asked = new ArrayList<>();
        try {
            indexes.forEach((question, index) -> asked.add(client.send(
                    URI.create(url(question) + "&index=" + index + "&wait=" + interval.toSeconds() + "s"), MAX_BYTES)));
            CompletableFuture.anyOf(asked.toArray(CompletableFuture[]::new))
                    .get(interval.toMillis(), TimeUnit.MILLISECONDS);
            Thread.sleep(ROW);
        } catch (TimeoutException nothingNew) {
            // The next question is due anyway.
        } catch (ExecutionException failed) {
            throw new IOException("a blocking query has failed: " + failed.getCause(), failed);
        } finally {
            asked.forEach(each -> each.cancel(true));
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
