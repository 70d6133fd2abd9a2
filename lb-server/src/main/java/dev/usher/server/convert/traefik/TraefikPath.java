package dev.usher.server.convert.traefik;

import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.traefik.Node.Mapping;
import dev.usher.server.convert.traefik.Node.Scalar;
import java.util.List;
import java.util.Locale;

/** Puts values into a tree by paths such as {@code tcp.routers.web.rule}. */
final class TraefikPath {
    /** Traefik's own paths have at most ten parts. */
    private static final int MAX_PARTS = 20;

    private TraefikPath() {}

    /** Puts a value. Throws {@link IllegalArgumentException} for an impossible path. */
    static void put(Mapping root, List<String> path, Node value) {
        if (path.isEmpty() || path.size() > MAX_PARTS || path.contains("")) {
            throw new IllegalArgumentException("this is no path of keys");
        }
        Mapping parent = mapping(root, path.subList(0, path.size() - 1), value.statement());
        parent.put(path.getLast(), value);
    }

    /** The mapping at a path, made if missing. */
    static Mapping mapping(Mapping root, List<String> path, Statement statement) {
        Mapping at = root;
        for (String key : path) {
            Node next = at.get(key.toLowerCase(Locale.ROOT));
            Mapping mapping = next instanceof Mapping found ? found : Mapping.at(statement);
            at.put(key, mapping);
            at = mapping;
        }
        return at;
    }

    /** Puts the value of a label or an option of the command line. */
    static void put(Mapping root, String path, Statement statement, String value) {
        put(root, List.of(path.split("\\.", -1)), new Scalar(statement, value));
    }
}
