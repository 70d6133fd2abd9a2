package dev.usher.server.sources;

import dev.usher.config.ConsulSource;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Asks Consul for the services with a tag, and for the healthy instances of each. Blocking queries, for the catalogue
 * and for each service, say when to ask again.
 */
final class ConsulFeed implements Feed {
    /** The catalogue and the answers for all services: an instance has some 2 KiB. */
    private static final int MAX_BYTES = 32 * OfferReader.MAX_BYTES;

    private static final String CATALOGUE = "/v1/catalog/services?";
    /** Changes come in rows, and an agent that answers at once must not be asked at once again. */
    private static final Duration ROW = Duration.ofMillis(500);

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

    /** The questions for an offer, which have one deadline and one limit of bytes together. */
    private final class Round {
        private final Map<String, String> seen = new LinkedHashMap<>();
        private final Patience patience = new Patience(source.timeout());
        private int bytes = MAX_BYTES;

        JsonNode get(String question) throws IOException, InterruptedException {
            SourceClient.Answer answer = client.get(url(question), patience, bytes);
            bytes -= answer.body().length;
            seen.put(question, index(answer.headers()));
            return SourceJson.read(answer.body());
        }
    }

    @Override
    public Offer ask() throws IOException, InterruptedException {
        Round round = new Round();
        List<String> services = CatalogueOffer.services(round.get(CATALOGUE));
        if (services.size() > source.maxNames()) {
            throw new IOException("the catalogue has " + services.size() + " services with names, and max_names allows "
                    + source.maxNames());
        }
        CatalogueOffer offer = new CatalogueOffer(source.maxNames());
        for (String service : services) {
            offer.add(service, round.get(health(service)));
        }
        indexes = Map.copyOf(round.seen);
        return offer.build();
    }

    private static String health(String service) {
        return "/v1/health/service/"
                + URLEncoder.encode(service, StandardCharsets.UTF_8).replace("+", "%20") + "?passing=1&";
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
        List<URI> questions = indexes.entrySet().stream()
                .map(each -> URI.create(
                        url(each.getKey()) + "&index=" + each.getValue() + "&wait=" + interval.toSeconds() + "s"))
                .toList();
        if (client.answersAny(questions, interval, MAX_BYTES)) {
            Thread.sleep(ROW);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
