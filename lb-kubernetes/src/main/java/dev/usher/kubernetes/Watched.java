package dev.usher.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ReferenceGrant;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The objects of the API, kept up to date by watches. The client lists anew when a watch has broken. Called by a single thread. */
final class Watched implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    private final Semaphore changes = new Semaphore(0);
    private final List<SharedIndexInformer<?>> all = new ArrayList<>();
    private final SharedIndexInformer<GatewayClass> classes;
    private final SharedIndexInformer<Gateway> gateways;
    private final SharedIndexInformer<TLSRoute> routes;
    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<EndpointSlice> slices;
    private final SharedIndexInformer<ReferenceGrant> grants;
    private final SharedIndexInformer<Namespace> namespaces;

    Watched(KubernetesClient client) {
        classes = watch(client, GatewayClass.class);
        gateways = watch(client, Gateway.class);
        routes = watch(client, TLSRoute.class);
        services = watch(client, Service.class);
        slices = watch(client, EndpointSlice.class);
        grants = watch(client, ReferenceGrant.class);
        namespaces = watch(client, Namespace.class);
        all.forEach(each -> each.start().toCompletableFuture().exceptionally(_ -> null)); // await() says so
    }

    private <T extends HasMetadata> SharedIndexInformer<T> watch(KubernetesClient client, Class<T> type) {
        SharedIndexInformer<T> informer =
                client.resources(type).inAnyNamespace().runnableInformer(0);
        informer.exceptionHandler((_, _) -> true); // try again, also after the first list
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T added) {
                changes.release();
            }

            @Override
            public void onUpdate(T before, T after) {
                changes.release();
            }

            @Override
            public void onDelete(T deleted, boolean stateUnknown) {
                changes.release();
            }
        });
        all.add(informer);
        return informer;
    }

    /**
     * The objects of now.
     *
     * @throws IOException if some kind has not been listed, or is not watched, within the time
     */
    Snapshot snapshot(Duration timeout) throws IOException, InterruptedException {
        awaitWatches(timeout);
        changes.drainPermits();
        return new Snapshot(
                classes.getStore().list(),
                gateways.getStore().list(),
                routes.getStore().list(),
                services.getStore().list(),
                slices.getStore().list(),
                grants.getStore().list(),
                namespaces.getStore().list());
    }

    private void awaitWatches(Duration timeout) throws IOException, InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        for (SharedIndexInformer<?> each : all) {
            while (!each.hasSynced() || !each.isWatching()) {
                if (System.nanoTime() - end > 0) {
                    throw new IOException("no list of " + each.getApiTypeClass().getSimpleName() + " within "
                            + timeout.toMillis() + " ms: is the API there, has it the Gateway API 1.5, and may usher"
                            + " list and watch?");
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    /** Returns at a change, or when the time is over. */
    void awaitChange(Duration timeout) throws InterruptedException {
        if (changes.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            changes.drainPermits();
        }
    }

    @Override
    public void close() {
        all.forEach(SharedIndexInformer::close);
    }
}
