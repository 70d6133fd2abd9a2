package dev.usher.server.sources;

import dev.usher.config.Address;
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
    /** Left out parts with their reasons: an answer of a few MiB may have millions. */
    static final int MAX_LEFT_OUT = 1000;
    /** The names of a backend in one text, in characters. */
    static final int MAX_NAMES_TEXT = 64 * 1024;
    /** The longest text of a part in a message, in characters. */
    private static final int MAX_SHOWN = 100;

    private final int maxNames;
    private final Map<String, Map<Address, BackendConfig>> pools = new LinkedHashMap<>();
    private final Map<String, Integer> refused = new LinkedHashMap<>();
    private final Map<String, Claim> claims = new LinkedHashMap<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private long moreLeftOut;
    private int backends;

    OfferBuilder(int maxNames) {
        this.maxNames = maxNames;
    }

    /** The beginning of a text, for a message. */
    static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    void leaveOut(String place, String why) {
        if (leftOut.size() < MAX_LEFT_OUT) {
            leftOut.add(new LeftOut(shown(place), why));
        } else {
            moreLeftOut++;
        }
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

    /** The names of a text, with commas or spaces between; empty for a fault, which is noted. */
    List<String> names(String text, String place) {
        if (text.length() > MAX_NAMES_TEXT) {
            leaveOut(place, "has " + text.length() + " characters, at most " + MAX_NAMES_TEXT + " are read");
            return List.of();
        }
        return List.of(text.strip().split("[\\s,]+", 0));
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
        Map<Address, BackendConfig> known = pools.computeIfAbsent(pool, _ -> new LinkedHashMap<>());
        if (known.putIfAbsent(backend.address(), backend) != null) {
            return;
        }
        backends++;
        if (backends > MAX_BACKENDS) {
            throw new IOException("the answer has more than " + MAX_BACKENDS + " backends");
        }
    }

    /** Has a pool refuse a share of new sessions, 1..100 percent; such a pool may have no backends. */
    void refuse(String pool, int percent) {
        pools.computeIfAbsent(pool, _ -> new LinkedHashMap<>());
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
        if (moreLeftOut > 0) {
            leftOut.add(new LeftOut("the rest", moreLeftOut + " more parts are left out"));
        }
        Map<String, List<BackendConfig>> lists = new LinkedHashMap<>();
        pools.forEach((name, known) -> lists.put(name, List.copyOf(known.values())));
        return new Offer(lists, refused, List.copyOf(claims.values()), leftOut);
    }
}
