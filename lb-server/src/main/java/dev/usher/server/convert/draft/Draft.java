package dev.usher.server.convert.draft;

import dev.usher.config.LimitsConfig;
import dev.usher.config.ResolveConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The part of a peer's configuration for usher, in the peer's names. Readers fill the draft in. */
public final class Draft {
    private final Remarks remarks;
    private final Map<String, PoolDraft> pools = new LinkedHashMap<>();
    private final List<ListenerDraft> listeners = new ArrayList<>();
    private @Nullable ResolveConfig resolve;
    private int maxConnections = LimitsConfig.DEFAULT.maxConnections();

    public Draft(Remarks remarks) {
        this.remarks = remarks;
    }

    public Remarks remarks() {
        return remarks;
    }

    public void add(PoolDraft pool) {
        pools.put(pool.name(), pool);
    }

    public @Nullable PoolDraft pool(String name) {
        return pools.get(name);
    }

    public void add(ListenerDraft listener) {
        listeners.add(listener);
    }

    public List<ListenerDraft> listeners() {
        return listeners;
    }

    /** Has names looked up by name servers of the peer's file. */
    public void resolve(ResolveConfig settings) {
        resolve = settings;
    }

    /** Name servers of the peer's file; null leaves names to the system. */
    public @Nullable ResolveConfig resolve() {
        return resolve;
    }

    public void maxConnections(int max) {
        maxConnections = LimitsConfig.MAX_CONNECTIONS.check(max, "max_connections");
    }

    public int maxConnections() {
        return maxConnections;
    }
}
