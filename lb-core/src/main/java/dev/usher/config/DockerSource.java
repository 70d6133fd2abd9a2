package dev.usher.config;

import org.jspecify.annotations.Nullable;

/**
 * Containers with labels, of Docker or of Podman.
 *
 * @param socket of the Engine API
 * @param network the network whose addresses are taken; null takes the only network of each container
 */
public record DockerSource(UnixPath socket, @Nullable String network) implements SourceKind {
    public static final UnixPath DEFAULT_SOCKET = new UnixPath("/run/docker.sock");

    public DockerSource {
        Check.that(!Check.present(socket, "socket").isAbstract(), "socket must be a file, as /run/docker.sock");
        Check.that(network == null || !network.isBlank(), "network must not be empty");
    }

    @Override
    public SourceType type() {
        return SourceType.DOCKER;
    }
}
