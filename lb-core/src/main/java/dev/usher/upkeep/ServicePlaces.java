package dev.usher.upkeep;

import dev.usher.config.BackendConfig;
import dev.usher.resolve.Resolver.Service;
import dev.usher.upkeep.BackendNames.Place;
import java.util.List;
import java.util.Objects;

/**
 * From the SRV records of a service to backends (RFC 2782): the lowest priority serves, the rest are backups, and weights
 * are brought into the range of a backend's weight.
 *
 * @param lowest the lowest priority of the places
 * @param heaviest the largest weight of the places
 */
record ServicePlaces(int lowest, int heaviest) {
    static ServicePlaces of(List<Place> places) {
        List<Service> services =
                places.stream().map(Place::service).filter(Objects::nonNull).toList();
        return new ServicePlaces(
                services.stream().mapToInt(Service::priority).min().orElse(0),
                services.stream().mapToInt(Service::weight).max().orElse(0));
    }

    /** The configuration of a place, after the backend that names the service. */
    BackendConfig configured(BackendConfig named, Service service) {
        return new BackendConfig(
                service.address(), weight(service.weight()), named.maxConnections(), service.priority() > lowest);
    }

    /** A weight of 0 is the least share, as the RFC says. */
    private int weight(int weight) {
        int most = BackendConfig.WEIGHT.max();
        int scaled = heaviest <= most ? weight : (int) Math.round((double) weight * most / heaviest);
        return Math.max(BackendConfig.WEIGHT.min(), scaled);
    }
}
