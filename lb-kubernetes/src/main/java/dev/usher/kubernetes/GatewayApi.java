package dev.usher.kubernetes;

import dev.usher.config.KubernetesSource;
import dev.usher.kubernetes.Translation.Outcome;
import dev.usher.server.sources.ClientFeed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller: reads the objects, says what they mean, and writes the statuses. Every pod of usher does the same and
 * comes to the same end, so that no leader is needed. Called by a single thread.
 */
final class GatewayApi implements ClientFeed {
    /** A row of changes, as a rollout makes it, is read once. */
    private static final Duration ROW = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(GatewayApi.class);

    private final KubernetesClient client;
    private final KubernetesSource source;
    private final Watched watched;

    /** @param client closed with this */
    GatewayApi(KubernetesClient client, KubernetesSource source) {
        this.client = client;
        this.source = source;
        this.watched = new Watched(client, source);
    }

    @Override
    public Answer ask(Duration timeout) throws IOException, InterruptedException {
        Snapshot snapshot = watched.snapshot(timeout);
        Ingresses.Outcome ingresses = Ingresses.of(snapshot, source.ingressClass());
        List<Found> found = Stream.concat(outcome(snapshot).routes().stream(), ingresses.routes().stream())
                .sorted(Comparator.comparing(Route::of, Route.OLDER_FIRST))
                .map(GatewayApi::found)
                .toList();
        List<LeftOut> leftOut = ingresses.leftOut().stream()
                .map(each -> new LeftOut(Route.place(each.of()), each.why()))
                .toList();
        return new Answer(found, leftOut);
    }

    private static Found found(Route route) {
        return new Found(
                Route.place(route.of()),
                route.pool(),
                route.hostnames(),
                route.addresses().stream()
                        .map(address -> new Pod(address.host(), address.port(), address.weight()))
                        .toList(),
                route.refusedPercent());
    }

    /** Translates the objects of now, and writes their statuses. */
    Outcome outcome(Duration timeout) throws IOException, InterruptedException {
        return outcome(watched.snapshot(timeout));
    }

    private Outcome outcome(Snapshot snapshot) {
        Outcome outcome = Translation.of(snapshot, source.controller(), source.gateway(), Set.copyOf(source.ports()));
        write(outcome);
        return outcome;
    }

    @Override
    public void await(Duration interval) throws InterruptedException {
        watched.awaitChange(interval);
        Thread.sleep(ROW);
    }

    private void write(Outcome outcome) {
        Statuses statuses = new Statuses(source.controller(), source.addresses(), Instant.now());
        outcome.classes().forEach(each -> write(each.of(), statuses.of(each)));
        outcome.gateways().forEach(each -> write(each.of(), statuses.of(each)));
        outcome.routeVerdicts().forEach(each -> write(each.of(), statuses.of(each)));
    }

    /** A status is for people: that it cannot be written holds up no route. The next change, or round, writes it. */
    private void write(HasMetadata before, HasMetadata after) {
        if (after.equals(before)) {
            return;
        }
        try {
            client.resource(after).updateStatus();
        } catch (KubernetesClientException refused) {
            // The object has changed meanwhile, or is gone: the watch says so next.
            if (refused.getCode() != HttpURLConnection.HTTP_CONFLICT
                    && refused.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                log.warn(
                        "the status of {} {}/{} cannot be written: {}",
                        after.getKind(),
                        after.getMetadata().getNamespace(),
                        after.getMetadata().getName(),
                        refused.getMessage());
            }
        }
    }

    @Override
    public void close() {
        watched.close();
        client.close();
    }
}
