package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.KubernetesSource;
import dev.usher.config.RoutePattern;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.time.Duration;

/**
 * Routes of the Gateway API and of Ingresses. The client of Kubernetes is a package of its own, which is loaded where such a source is
 * configured, and nowhere else.
 */
final class KubernetesFeed implements Feed {
    private final SourceConfig source;
    private final ClientPackage client = new ClientPackage();
    private final ClientFeed feed;

    KubernetesFeed(SourceConfig source, KubernetesSource kubernetes) throws IOException {
        this.source = source;
        this.feed = client.provider().open(kubernetes);
    }

    @Override
    public Offer ask() throws IOException, InterruptedException {
        OfferBuilder offer = new OfferBuilder(source.maxNames());
        PoolNames pools = new PoolNames();
        ClientFeed.Answer answer = feed.ask(source.timeout());
        for (ClientFeed.Found found : answer.found()) {
            add(found, pools.of(found.pool()), offer);
        }
        answer.leftOut().forEach(each -> offer.leaveOut(each.place(), each.why()));
        return offer.build();
    }

    private static void add(ClientFeed.Found found, String pool, OfferBuilder offer) throws IOException {
        String place = found.place();
        for (ClientFeed.Pod pod : found.pods()) {
            String host = pod.host().indexOf(':') >= 0 ? "[" + pod.host() + "]" : pod.host();
            BackendConfig backend = offer.backend(host + ":" + pod.port(), pod.weight(), place);
            if (backend != null) {
                offer.add(pool, backend);
            }
        }
        if (found.refusedPercent() > 0) {
            offer.refuse(pool, found.refusedPercent());
        }
        for (String name : found.names()) {
            RoutePattern pattern = offer.pattern(name, place);
            if (pattern != null) {
                offer.claim(pattern, pool, place);
            }
        }
    }

    @Override
    public void await(Duration interval) throws InterruptedException {
        feed.await(interval);
    }

    @Override
    public void close() {
        feed.close();
        client.close();
    }
}
