package dev.usher.server.yaml;

import dev.usher.config.Address;
import dev.usher.config.AddressRules;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.NotTls.Postgres;
import dev.usher.config.PlainPools;
import dev.usher.config.PoolConfig;
import dev.usher.config.PoolSettings;
import dev.usher.config.UnixPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code pools}, and the pools that routes and listeners bring along. Keeps every reference to a pool, since a
 * pool may be named before it is read.
 */
final class PoolReader {
    /** Words with another meaning in the place of a pool. */
    private static final Set<String> RESERVED = Set.of("reject", "close", "none", Postgres.REFUSE);

    /**
     * Faults with a suggestion, at most: each suggestion compares the name with every pool. Further faults are seldom
     * of another kind.
     */
    private static final int MAX_SUGGESTIONS = 20;

    private final PoolSettings defaults;
    private final Problems problems;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Map<String, PoolConfig> pools = new LinkedHashMap<>();
    private final List<Reference> references = new ArrayList<>();
    private boolean partUnread;
    private final Set<String> declared = new LinkedHashSet<>();
    private final List<Written> written = new ArrayList<>();
    /** Places of settings that lead to a pool, by path. */
    private final Map<String, Place> leads = new HashMap<>();

    /**
     * A backend's address as the file has it.
     *
     * @param called its path, for example {@code routes.www.example.com}
     */
    record Written(String pool, String called, Address address, Place place) {}

    /**
     * @param subject owner of the reference, for example "route www.example.com"
     */
    private record Reference(String name, Place place, String subject) {}

    PoolReader(PoolSettings defaults, Problems problems) {
        this.defaults = defaults;
        this.problems = problems;
    }

    Map<String, PoolConfig> pools() {
        return pools;
    }

    /** Every backend's address that could be read. */
    List<Written> written() {
        return written;
    }

    /** Adds the addresses of the pools' backends at a further port. */
    void repeatAt(int port, Set<String> names) {
        List<Written> repeated = new ArrayList<>();
        for (Written backend : written) {
            if (!names.contains(backend.pool()) || backend.address().hasPort(port)) {
                continue;
            }
            String called = backend.called() + " (at port " + port + ", as its http rule says)";
            switch (backend.address()) {
                case HostPort tcp ->
                    repeated.add(new Written(
                            PlainPools.nameFor(backend.pool()),
                            called,
                            new HostPort(tcp.host(), port),
                            backend.place()));
                case UnixPath unix ->
                    problems.error(
                            backend.place(),
                            called + ": " + unix + " has no port",
                            "give the rule a pool of its own: http: { action: forward, pool: NAME }");
            }
        }
        written.addAll(repeated);
    }

    void read(Fields section) {
        for (Item.Entry entry : section.entries()) {
            Item item = section.item(entry.key());
            checkName(entry);
            places.put(entry.key(), entry.place());
            declared.add(entry.key());
            Fields pool = item == null ? null : section.fields(item, section.path(entry.key()), entry.place());
            if (pool != null) {
                readPool(entry.key(), pool);
            }
        }
    }

    private void checkName(Item.Entry entry) {
        if (!PoolConfig.isPoolName(entry.key())) {
            problems.error(
                    entry.place(),
                    "pool name \"" + entry.key() + "\" must be lower-case letters, digits, _ or -, at most 64");
        } else if (RESERVED.contains(entry.key())) {
            problems.error(entry.place(), "a pool cannot be called \"" + entry.key() + "\": the word has a meaning");
        }
    }

    private void readPool(String name, Fields fields) {
        fields.require("backends");
        List<BackendConfig> backends = backends(name, fields, fields.items("backends"), fields.path("backends"));
        if (fields.item("backends") instanceof Item.Listing listing
                && listing.items().isEmpty()) {
            problems.error(listing.place(), fields.path("backends") + " must not be empty");
        }
        PoolSettings settings = PoolSettingsReader.read(defaults, fields);
        boolean template = PoolConfig.isTemplate(backends);
        if (template && fields.has("health_check")) {
            fields.warn("health_check", "is never used: a backend that clients name is not probed");
        }
        refuseAddressRules(fields, template, "is only for a backend with {name} or {sub}");
        fields.done();
        Place place = fields.valuePlace(fields.has("source") ? "source" : "backends");
        put(name, backends, place, () -> settings.pool(name, backends));
    }

    /** Notes rules for addresses that no client can choose. */
    private static void refuseAddressRules(Fields fields, boolean template, String reason) {
        if (!template) {
            fields.refuse("to", reason);
            fields.refuse("deny_to", reason);
        }
    }

    /** @param place for a source and a backend that do not go together */
    private void put(String name, List<BackendConfig> backends, Place place, Supplier<PoolConfig> pool) {
        try {
            if (!backends.isEmpty()) {
                pools.put(name, pool.get());
            }
        } catch (IllegalArgumentException fault) {
            problems.error(place, "pool " + name + ": " + fault.getMessage());
        }
    }

    /**
     * The target of a route or a listener: the name of a pool, or backends that become a pool.
     *
     * @param bringer name for the pool made of the backends
     * @param subject owner of the target, for example "route www.example.com"
     */
    @Nullable
    String target(Fields owner, Item item, String called, String bringer, String subject) {
        return target(owner, item, called, bringer, subject, defaults.addressRules());
    }

    /** Like the other, with {@code to} and {@code deny_to} among the keys of the owner. */
    @Nullable
    String targetWithRules(Fields owner, Item item, String called, String bringer, String subject) {
        AddressRules rules = PoolSettingsReader.addressRules(defaults, owner);
        String pool = target(owner, item, called, bringer, subject, rules);
        PoolConfig brought = pool == null || !pool.equals(bringer) ? null : pools.get(pool);
        refuseAddressRules(
                owner,
                brought != null && brought.isTemplate(),
                brought == null ? "belongs to the pool: write it there" : "is only for a backend with {name} or {sub}");
        return pool;
    }

    /** Rules for addresses that clients name, by default. */
    AddressRules addressRules() {
        return defaults.addressRules();
    }

    /** The same of a pool that was read already; of any other pool the default. */
    AddressRules addressRules(String pool) {
        PoolConfig known = pools.get(pool);
        return known == null ? addressRules() : known.addressRules();
    }

    /** Like the first, with rules for addresses that clients name. */
    @Nullable
    String target(Fields owner, Item item, String called, String bringer, String subject, AddressRules rules) {
        leads.put(called, item.place());
        if (item instanceof Item.Scalar scalar && isName(scalar.text())) {
            return refer(scalar, called, subject);
        }
        List<Item> items = item instanceof Item.Listing listing ? listing.items() : List.of(item);
        if (items.isEmpty()) {
            problems.error(item.place(), called + " must name a pool or at least one backend");
        }
        List<BackendConfig> backends = backends(bringer, owner, items, called);
        Place first = places.putIfAbsent(bringer, item.place());
        if (first != null) {
            problems.error(
                    item.place(),
                    subject + " would bring along a pool called \"" + bringer + "\", which is at " + first
                            + " already: name a pool here");
        } else {
            put(bringer, backends, item.place(), () -> defaults.pool(bringer, backends, rules));
        }
        return bringer;
    }

    private static boolean isName(String target) {
        return target.indexOf(':') < 0 && !UnixPath.isMeant(target) && !HostPort.isServiceName(target);
    }

    /**
     * The name of a pool, to be resolved once every pool is known; null for a text that cannot be a pool's name, which
     * is noted.
     */
    @Nullable
    String refer(Item.Scalar scalar, String called, String subject) {
        String name = scalar.text();
        if (!PoolConfig.isPoolName(name)) {
            problems.error(scalar.place(), called + ": \"" + name + "\" is " + noName(name));
            return null;
        }
        references.add(new Reference(name, scalar.place(), subject));
        leads.put(called, scalar.place());
        return name;
    }

    private static String noName(String text) {
        if (!isName(text)) {
            return "not the name of a pool: here only a pool can stand, with the backend below pools";
        }
        String hint = text.indexOf('.') > 0 ? ": write " + text + ":443" : "";
        return "neither the name of a pool nor host:port" + hint;
    }

    /** Notes a fault of a setting that leads to a pool, given by its path. */
    void fault(String path, String text) {
        Place place = leads.getOrDefault(path, leads.get(path + ".pool"));
        problems.error(Objects.requireNonNull(place, path), path + ": " + text);
    }

    /** A part of the file was not read: pools without a reference may have a reference there. */
    void leavesPartUnread() {
        partUnread = true;
    }

    /**
     * Notes every name without a pool, and every pool without a reference.
     *
     * @param complete false when a file could not be read: an unknown pool may stand in that file
     */
    void checkReferences(boolean complete) {
        Set<String> unused = new LinkedHashSet<>(declared);
        Map<String, Optional<String>> meant = new HashMap<>();
        for (Reference reference : references) {
            String name = reference.name();
            if (places.containsKey(name)) {
                unused.remove(name);
                continue;
            }
            Optional<String> near = meant.computeIfAbsent(name, _ -> nearest(name, meant.size()));
            near.ifPresent(unused::remove);
            if (complete && isPort(name)) {
                problems.error(
                        reference.place(),
                        reference.subject() + ": \"" + name + "\" is a port alone: write host:" + name);
            } else if (complete) {
                problems.error(
                        reference.place(),
                        reference.subject() + " names pool \"" + name + "\", which does not exist"
                                + suggestion(name, near));
            }
        }
        if (complete
                && !partUnread
                && meant.size() < MAX_SUGGESTIONS) { // with more faults, a pool that seems unused may be meant
            unused.forEach(
                    name -> problems.warning(placeOf(name), "pools." + name + " is not used by any route or listener"));
        }
    }

    private static boolean isPort(String name) {
        return name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private Place placeOf(String name) {
        return Objects.requireNonNull(places.get(name));
    }

    private Optional<String> nearest(String name, int before) {
        return before < MAX_SUGGESTIONS ? Suggestion.of(name, places.keySet()) : Optional.empty();
    }

    private String suggestion(String name, Optional<String> nearest) {
        return nearest.map(near -> "; did you mean \"" + near + "\" (" + placeOf(near) + ")?")
                .orElse("; a backend is written with its port, as " + name + ":443");
    }

    private List<BackendConfig> backends(String pool, Fields owner, List<Item> items, String called) {
        List<BackendConfig> backends = new ArrayList<>();
        Map<Address, Place> seen = new HashMap<>();
        int index = 0;
        for (Item item : items) {
            String name = items.size() == 1 ? called : called + "[" + index + "]";
            index++;
            BackendConfig backend = backend(owner, item, name);
            if (backend == null) {
                continue;
            }
            Place first = seen.putIfAbsent(backend.address(), item.place());
            if (first == null) {
                backends.add(backend);
                written.add(new Written(pool, name, backend.address(), addressPlace(item)));
            } else {
                problems.error(item.place(), called + " has " + backend.address() + " twice, first at " + first);
            }
        }
        return backends;
    }

    private static Place addressPlace(Item item) {
        Item.Entry address = item instanceof Item.Mapping mapping ? mapping.entry("address") : null;
        return address == null ? item.place() : address.value().place();
    }

    private static @Nullable BackendConfig backend(Fields owner, Item item, String called) {
        if (!(item instanceof Item.Mapping)) {
            Address address = owner.parsed(owner.scalar(item, called), called, Address::parse);
            return address == null ? null : BackendConfig.of(address);
        }
        Fields fields = owner.fields(item, called, item.place());
        if (fields == null) {
            return null;
        }
        fields.require("address");
        Address address = fields.parsed(fields.scalar("address"), fields.path("address"), Address::parse);
        int weight = weight(fields);
        int maxConnections = fields.integer("max_connections", BackendConfig.MAX_CONNECTIONS, BackendConfig.NO_LIMIT);
        boolean backup = fields.flag("backup", false);
        fields.done();
        return address == null ? null : fields.build(() -> new BackendConfig(address, weight, maxConnections, backup));
    }

    private static int weight(Fields backend) {
        if (backend.item("weight") instanceof Item.Scalar scalar
                && scalar.text().equals("0")) {
            backend.refuseValue(
                    "weight",
                    "must be " + BackendConfig.WEIGHT + ", was 0: to send it no new sessions, drain it while usher runs"
                            + " (usher drain POOL BACKEND), or leave it out");
            return BackendConfig.DEFAULT_WEIGHT;
        }
        return backend.integer("weight", BackendConfig.WEIGHT, BackendConfig.DEFAULT_WEIGHT);
    }
}
