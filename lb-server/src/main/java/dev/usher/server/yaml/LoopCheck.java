package dev.usher.server.yaml;

import dev.usher.config.Address;
import dev.usher.config.AdminConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.UnixPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds backends that are usher itself. A session to one of usher's own listeners would come in again and again until
 * no descriptor is left. The admin side must not be open to every client of a listener.
 */
final class LoopCheck {
    private static final String NAME_ANOTHER = "write the address of the server behind usher";

    /** An address of a listener, and the listener. */
    private record Bound(String owner, HostPort address) {}

    private final ThisMachine machine;
    private final Problems problems;
    private final Map<Integer, List<Bound>> listening = new HashMap<>();
    /** The listeners of unix sockets, by path. */
    private final Map<Path, String> files = new HashMap<>();
    /** Pools of listeners, open to any client without a server name. */
    private final Set<String> openPools = new HashSet<>();

    private final AdminConfig admin;
    private final @Nullable HostPort adminBind;

    LoopCheck(ThisMachine machine, Collection<ListenerConfig> listeners, AdminConfig admin, Problems problems) {
        this.machine = machine;
        this.problems = problems;
        this.admin = admin;
        this.adminBind = admin.bind();
        listeners.forEach(this::add);
    }

    private void add(ListenerConfig listener) {
        if (listener.pool() != null) {
            openPools.add(listener.pool());
        }
        openPools.addAll(listener.poolsBesideTls().values());
        String owner = "listener " + listener.name();
        for (Address address : listener.bind()) {
            switch (address) {
                case HostPort tcp ->
                    listening
                            .computeIfAbsent(tcp.port(), _ -> new ArrayList<>())
                            .add(new Bound(owner, tcp));
                case UnixPath file -> files.put(real(file), owner);
            }
        }
    }

    /** The path without symbolic links in its directory, as far as there is one; an abstract name itself. */
    private static Path real(UnixPath file) {
        Path path = Path.of(file.path());
        if (file.isAbstract()) {
            return path;
        }
        try {
            return Objects.requireNonNull(path.getParent()).toRealPath().resolve(path.getFileName());
        } catch (IOException absent) {
            return path;
        }
    }

    /** Notes each backend that is usher itself. */
    void check(List<PoolReader.Written> backends) {
        backends.forEach(this::check);
    }

    private void check(PoolReader.Written backend) {
        switch (backend.address()) {
            case HostPort tcp when tcp.isTemplate() -> {} // known for each client alone
            case HostPort tcp -> check(backend, tcp);
            case UnixPath file -> {
                String owner = files.get(real(file));
                if (owner != null) {
                    problems.error(
                            backend.place(),
                            backend.called() + ": " + file + " is usher itself: " + owner + " listens there",
                            NAME_ANOTHER);
                }
            }
        }
    }

    private void check(PoolReader.Written backend, HostPort address) {
        for (Bound bound : listening.getOrDefault(address.port(), List.of())) {
            if (machine.leadsTo(address, bound.address())) {
                problems.error(
                        backend.place(),
                        backend.called() + ": " + address + " is usher itself: " + bound.owner() + " listens on "
                                + bound.address(),
                        NAME_ANOTHER);
                return;
            }
        }
        if (adminBind != null && !mayLeadToAdmin(backend.pool()) && machine.leadsTo(address, adminBind)) {
            problems.error(
                    backend.place(),
                    backend.called() + ": " + address + " is usher's admin side: admin.bind is " + adminBind,
                    openPools.contains(backend.pool())
                            ? NAME_ANOTHER
                            : NAME_ANOTHER
                                    + "; a route may lead to the admin side if it has admin.tls and admin.tokens");
        }
    }

    /**
     * True if the admin side has TLS and tokens and only a route leads there, so that not every client of a listener
     * may use the admin side.
     */
    private boolean mayLeadToAdmin(String pool) {
        return admin.tls() != null && !admin.tokens().isEmpty() && !openPools.contains(pool);
    }
}
