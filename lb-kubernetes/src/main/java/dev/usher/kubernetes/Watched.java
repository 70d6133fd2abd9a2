package dev.usher.kubernetes;

import dev.usher.config.KubernetesSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ReferenceGrant;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The objects of the API, kept up to date by watches. The client lists anew when a watch has broken. Called by a single thread. */
final class Watched implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    private final Semaphore changes = new Semaphore(0);
    private final Map<Class<?>, SharedIndexInformer<?>> all = new LinkedHashMap<>();

    /** Kinds that the source does not need are not asked for: a Kubernetes need not have them. */
    Watched(KubernetesClient client, KubernetesSource source) {
        if (source.servesGateways()) {
            watch(client, GatewayClass.class);
            watch(client, Gateway.class);
            watch(client, TLSRoute.class);
            watch(client, ReferenceGrant.class);
            watch(client, Namespace.class);
        }
        if (source.ingressClass() != null) {
            watch(client, Ingress.class);
        }
        watch(client, Service.class);
        watch(client, EndpointSlice.class);
        all.values().forEach(each -> each.start().toCompletableFuture().exceptionally(_ -> null)); // await() says so
    }

    private <T extends HasMetadata> void watch(KubernetesClient client, Class<T> type) {
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
        all.put(type, informer);
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
                list(GatewayClass.class),
                list(Gateway.class),
                list(TLSRoute.class),
                list(Service.class),
                list(EndpointSlice.class),
                list(ReferenceGrant.class),
                list(Namespace.class),
                list(Ingress.class));
    }

    private <T> List<T> list(Class<T> type) {
        SharedIndexInformer<?> informer = all.get(type);
        return informer == null
                ? List.of()
                : informer.getStore().list().stream().map(type::cast).toList();
    }

    private void awaitWatches(Duration timeout) throws IOException, InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        for (SharedIndexInformer<?> each : all.values()) {
            while (!each.hasSynced() || !each.isWatching()) {
                if (System.nanoTime() - end > 0) {
                    throw new IOException("no list of " + each.getApiTypeClass().getSimpleName() + " within "
                            + timeout.toMillis() + " ms: is the API there, " + ofGatewayApi(each)
                            + "and may usher list and watch?");
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    private static String ofGatewayApi(SharedIndexInformer<?> informer) {
        return HasMetadata.getGroup(informer.getApiTypeClass()).equals(ListenerRules.GROUP)
                ? "has it the Gateway API 1.5 (`gateway: none` does without), "
                : "";
    }

    /** Returns at a change, or when the time is over. */
    void awaitChange(Duration timeout) throws InterruptedException {
        if (changes.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            changes.drainPermits();
        }
    }

    @Override
    public void close() {
        all.values().forEach(SharedIndexInformer::close);
    }
}
