package dev.usher.server.convert;

import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.haproxy.HaproxyReader;
import dev.usher.server.convert.nginx.NginxReader;
import dev.usher.server.convert.sniproxy.SniproxyReader;
import dev.usher.server.convert.traefik.TraefikReader;
import dev.usher.server.yaml.ForeignConfig;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The programs whose configurations are known. */
public enum Peer {
    HAPROXY("HAProxy", true),
    NGINX("nginx", false),
    SNIPROXY("sniproxy", true),
    TRAEFIK("Traefik", true);

    /** Routers of TCP in a dynamic file, and labels: files without an entry point. */
    private static final Pattern TRAEFIK_TCP = Pattern.compile(
            "(?m)^tcp:[ \\t]*\\r?\\n[ \\t]+(?:routers|services|middlewares):|traefik\\.tcp\\.routers\\.");

    private final String called;
    private final boolean inOrder;

    Peer(String called, boolean inOrder) {
        this.called = called;
        this.inOrder = inOrder;
    }

    /** The program's own name. */
    public String called() {
        return called;
    }

    /** Whether the first matching rule wins, and not the narrowest name. */
    boolean takesRulesInOrder() {
        return inOrder;
    }

    void read(List<PeerText> files, Draft draft) {
        switch (this) {
            case HAPROXY -> HaproxyReader.read(files, draft);
            case NGINX -> NginxReader.read(files, draft);
            case SNIPROXY -> SniproxyReader.read(files, draft);
            case TRAEFIK -> TraefikReader.read(files, draft);
        }
    }

    /** The program of a text, by the look of the text. */
    public static Optional<Peer> guess(String text) {
        return TRAEFIK_TCP.matcher(text).find()
                ? Optional.of(TRAEFIK)
                : ForeignConfig.programOf(text).flatMap(Peer::named);
    }

    private static Optional<Peer> named(String program) {
        for (Peer peer : values()) {
            if (peer.called.equals(program)) {
                return Optional.of(peer);
            }
        }
        return Optional.empty();
    }
}
