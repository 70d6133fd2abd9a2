package dev.usher.server.sources;

import dev.usher.config.DockerSource;
import dev.usher.config.SourceConfig;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.ConfigYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An answer of a source: of a URL or a program, of a container engine, of Consul. An answer is an offer, or refused with
 * a reason; an offer joins the configuration of the file, whatever is in the offer.
 */
public final class OfferFuzz {
    private static final int MAX_NAMES = 100;
    private static final ConfigResult.Valid FILE = file();
    private static final SourceConfig APPS =
            Objects.requireNonNull(FILE.config().sources().get("apps"));
    private static final DockerSource DOCKER = (DockerSource) APPS.kind();

    private OfferFuzz() {}

    private static ConfigResult.Valid file() {
        try {
            return Given.read("""
                    routes: { www.example.com: web, .example.org: web }
                    pools: { web: { backends: 10.0.0.1:443 } }
                    expect: { shop.example.org: web }
                    sources: { apps: { type: docker, defaults: { health_check: none } } }
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code input} as an answer of each kind. */
    public static void fuzzerTestOneInput(byte[] input) {
        join(() -> OfferReader.read(input, MAX_NAMES));
        JsonNode json = readOrNothing(() -> SourceJson.read(input));
        if (json != null) {
            join(() -> new Containers(DOCKER, MAX_NAMES).offer(json));
            readOrNothing(() -> CatalogueOffer.services(json));
            join(() -> {
                CatalogueOffer catalogue = new CatalogueOffer(MAX_NAMES);
                catalogue.add("web", json);
                return catalogue.build();
            });
        }
    }

    private static void join(Reading<Offer> reading) {
        Offer offer = readOrNothing(reading);
        if (offer != null) {
            Held held = Held.after(null, offer, Instant.EPOCH);
            ConfigYaml.of(Merging.merge(FILE, Map.of(APPS.name(), held)).config());
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> @Nullable T readOrNothing(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException fault) {
            if (String.valueOf(fault.getMessage()).isBlank()) {
                throw new IllegalStateException("refused without words", fault);
            }
            return null;
        }
    }
}
