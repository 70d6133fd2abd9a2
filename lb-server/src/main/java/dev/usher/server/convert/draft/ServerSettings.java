package dev.usher.server.convert.draft;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Settings that a peer has for a server and usher for a whole pool, by their names in the peer's file. The last server
 * with a setting decides for the pool, and each server without the same setting gets a remark.
 */
public final class ServerSettings {
    private final Map<Statement, Map<String, String>> servers = new LinkedHashMap<>();
    private final Map<String, String> ofPool = new LinkedHashMap<>();
    private final Set<String> shared = new HashSet<>();

    /**
     * Takes a server's settings.
     *
     * @param settings as written, with their values
     */
    public void add(Statement server, Map<String, String> settings) {
        servers.put(server, settings);
        ofPool.putAll(settings);
    }

    /** Leaves a setting out, which the peer's file has for every server. */
    public void ofEveryServer(String name) {
        shared.add(name);
    }

    /** Notes each server that gets a setting of another server. */
    public void remark(Remarks remarks) {
        ofPool.keySet().removeAll(shared);
        servers.forEach((server, own) -> ofPool.forEach((name, setting) -> {
            if (!setting.equals(own.get(name))) {
                remarks.changed(server, setting + " is here as well: usher has it for the whole pool");
            }
        }));
    }
}
