package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.UnixPath;
import dev.usher.server.sources.Offer.Claim;
import dev.usher.server.sources.Offer.LeftOut;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes an offer of parts from outside. A useless part is left out with the reason; the rest stays. A source
 * may name hosts, ports and weights, and nothing else.
 */
final class OfferBuilder {
    /** Backends of a whole answer; each is probed. */
    static final int MAX_BACKENDS = 10_000;
    /** The longest text of a part in a message, in characters. */
    private static final int MAX_SHOWN = 100;

    private final int maxNames;
    private final Map<String, List<BackendConfig>> pools = new LinkedHashMap<>();
    private final Map<String, Integer> refused = new LinkedHashMap<>();
    private final Map<String, Claim> claims = new LinkedHashMap<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private int backends;

    OfferBuilder(int maxNames) {
        this.maxNames = maxNames;
    }

    /** The beginning of a text, for a message. */
    static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    void leaveOut(String place, String why) {
        leftOut.add(new LeftOut(shown(place), why));
    }

    boolean hasPool(String name) {
        return pools.containsKey(name);
    }

    /** True if the text can be the name of a pool; a fault is noted. */
    boolean isPoolName(String name, String place) {
        if (PoolConfig.isPoolName(name)) {
            return true;
        }
        leaveOut(place, "the name of a pool must be lower-case letters, digits, _ or -, at most 64");
        return false;
    }

    /** The pattern of a name; null for a fault, which is noted. */
    @Nullable
    RoutePattern pattern(String text, String place) {
        try {
            return RoutePattern.parse(text);
        } catch (IllegalArgumentException fault) {
            leaveOut(place, shown(String.valueOf(fault.getMessage())));
            return null;
        }
    }

    /** A backend of host, port and weight; null for a fault, which is noted. */
    @Nullable
    BackendConfig backend(String address, int weight, String place) {
        try {
            if (UnixPath.isMeant(address)) {
                throw new IllegalArgumentException("a source brings no unix sockets");
            }
            HostPort hostPort = HostPort.parse(address);
            if (hostPort.isTemplate() || hostPort.isService()) {
                throw new IllegalArgumentException("a source brings hosts with ports, no templates and no SRV records");
            }
            return new BackendConfig(hostPort, weight, BackendConfig.NO_LIMIT, false);
        } catch (IllegalArgumentException fault) {
            leaveOut(place, shown(String.valueOf(fault.getMessage())));
            return null;
        }
    }

    /** Adds a backend to a pool; a repeated address is kept once. */
    void add(String pool, BackendConfig backend) throws IOException {
        List<BackendConfig> known = pools.computeIfAbsent(pool, _ -> new ArrayList<>());
        if (known.stream().anyMatch(each -> each.address().equals(backend.address()))) {
            return;
        }
        backends++;
        if (backends > MAX_BACKENDS) {
            throw new IOException("the answer has more than " + MAX_BACKENDS + " backends");
        }
        known.add(backend);
    }

    /** Has a pool refuse a share of new sessions, 1..100 percent; such a pool may have no backends. */
    void refuse(String pool, int percent) {
        pools.computeIfAbsent(pool, _ -> new ArrayList<>());
        refused.put(pool, Math.clamp(percent, 1, PoolConfig.REFUSED_PERCENT.max()));
    }

    /** Adds a name; a second claim of the answer to a name is left out, unless both lead to one pool. */
    void claim(RoutePattern pattern, String pool, String place) throws IOException {
        Claim first = claims.putIfAbsent(pattern.canonical(), new Claim(pattern, pool, shown(place)));
        if (first != null && !first.pool().equals(pool)) {
            leaveOut(place, pattern.text() + " is claimed by " + first.place() + " already");
        }
        if (claims.size() > maxNames) {
            throw new IOException("the answer has more than " + maxNames + " names: max_names allows more");
        }
    }

    Offer build() {
        return new Offer(pools, refused, List.copyOf(claims.values()), leftOut);
    }
}
