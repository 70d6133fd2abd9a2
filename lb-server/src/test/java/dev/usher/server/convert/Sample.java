package dev.usher.server.convert;

import dev.usher.server.convert.draft.PeerText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A configuration as people have it, in the test resources. */
enum Sample {
    HAPROXY_HOME(Peer.HAPROXY, "home.cfg"),
    HAPROXY_EDGE(Peer.HAPROXY, "edge.cfg"),
    HAPROXY_SHARED(Peer.HAPROXY, "shared.cfg"),
    HAPROXY_WEB(Peer.HAPROXY, "web.cfg"),
    HAPROXY_PLAIN(Peer.HAPROXY, "plain.cfg"),
    NGINX_HOME(Peer.NGINX, "home.conf"),
    NGINX_EGRESS(Peer.NGINX, "egress.conf"),
    NGINX_WEB(Peer.NGINX, "web.conf"),
    SNIPROXY_HOME(Peer.SNIPROXY, "home.conf"),
    SNIPROXY_UNBLOCK(Peer.SNIPROXY, "unblock.conf"),
    TRAEFIK_FILES(Peer.TRAEFIK, "static.yaml", "dynamic.yaml"),
    TRAEFIK_WEB(Peer.TRAEFIK, "web.yaml"),
    TRAEFIK_TOML(Peer.TRAEFIK, "file.toml"),
    TRAEFIK_COMPOSE(Peer.TRAEFIK, "compose.yaml");

    private static final Path ROOT = Path.of("src", "test", "resources", "dev", "usher", "server", "convert")
            .toAbsolutePath();

    private final Peer peer;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> files;

    Sample(Peer peer, String... files) {
        this.peer = peer;
        this.files = List.of(files);
    }

    static List<Sample> of(Peer peer) {
        return Arrays.stream(values()).filter(sample -> sample.peer == peer).toList();
    }

    Peer peer() {
        return peer;
    }

    Path directory() {
        return ROOT.resolve(peer.name().toLowerCase(Locale.ROOT));
    }

    List<Path> paths() {
        return files.stream().map(directory()::resolve).toList();
    }

    List<PeerText> texts() throws IOException {
        List<PeerText> texts = new ArrayList<>();
        for (Path path : paths()) {
            texts.add(new PeerText(path, Files.readString(path)));
        }
        return texts;
    }

    /** The file with usher's YAML as it should be. */
    Path golden() {
        return directory().resolve(files.getLast() + ".usher.yaml");
    }
}
