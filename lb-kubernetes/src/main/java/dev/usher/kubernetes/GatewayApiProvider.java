package dev.usher.kubernetes;

import dev.usher.config.KubernetesSource;
import dev.usher.server.sources.ClientFeed;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens the API by the service account of the pod, or by a file. */
public final class GatewayApiProvider implements ClientFeed.Provider {
    /** For the write of a status. Lists and watches try again by themselves. */
    private static final int REQUEST_MILLIS = 5_000;

    @Override
    public ClientFeed open(KubernetesSource source) throws IOException {
        try {
            return new GatewayApi(
                    new KubernetesClientBuilder()
                            .withConfig(config(source.kubeconfig()))
                            .withHttpClientFactory(new JdkHttpClientFactory())
                            .build(),
                    source);
        } catch (KubernetesClientException | IllegalArgumentException fault) {
            throw new IOException("the way to the API of Kubernetes is not usable: " + fault.getMessage(), fault);
        }
    }

    private static Config config(@Nullable Path kubeconfig) throws IOException {
        Config config =
                kubeconfig == null ? new ConfigBuilder().build() : Config.fromKubeconfig(Files.readString(kubeconfig));
        config.setRequestTimeout(REQUEST_MILLIS);
        config.setRequestRetryBackoffLimit(1);
        return config;
    }
}
