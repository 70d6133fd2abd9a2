package dev.usher.server;

import dev.usher.config.Address;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.ClientTls;
import dev.usher.config.ConsulSource;
import dev.usher.config.DockerSource;
import dev.usher.config.ExecSource;
import dev.usher.config.HttpSource;
import dev.usher.config.KubernetesSource;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.Printable;
import dev.usher.config.SourceKind;
import dev.usher.config.Spelling;
import dev.usher.config.UnixPath;
import dev.usher.config.UserFile;
import dev.usher.config.UsherConfig;
import dev.usher.server.FileRights.Access;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a configuration for which the unit of systemd has no right, each with the drop-in that gives the right. The
 * rights of files are those of this machine at this moment.
 */
final class DropIns {
    /** A file of {@code deploy/systemd}. */
    enum DropIn {
        OTHER_DIRECTORIES,
        BACKEND_SOCKETS,
        CREDENTIALS,
        TRANSPARENT,
        MORE_CONNECTIONS;

        String file() {
            return Spelling.of(this) + ".conf";
        }
    }

    /** A part of the configuration that needs a drop-in, and the reason. */
    record Need(DropIn dropIn, String reason) {}

    /** The unit's user and group. */
    static final String USER = "usher";
    /** {@code LimitNOFILE} of the unit. */
    static final long DESCRIPTORS = 200_000;
    /** The directories of the unit: usher may write there alone. */
    static final List<Path> WRITABLE =
            List.of(Path.of("/run/usher"), Path.of("/var/log/usher"), Path.of("/var/lib/usher"));

    /** Empty for the unit, by {@code ProtectHome}. */
    private static final List<Path> HOMES = List.of(Path.of("/home"), Path.of("/root"), Path.of("/run/user"));
    /** Other directories for the unit than for the rest of the machine, by {@code PrivateTmp}. */
    private static final List<Path> TEMPORARY = List.of(Path.of("/tmp"), Path.of("/var/tmp"));

    private final List<Need> needs = new ArrayList<>();
    private final FileRights rights = new FileRights(USER);
    private final Path home;

    private DropIns(Path home) {
        this.home = home;
    }

    /**
     * The needs of a configuration, in the order of its sections.
     *
     * @param file the main file; files to read in the same directory are left out, since these go where the main file goes
     */
    static List<Need> of(UsherConfig config, Path file) {
        DropIns found = new DropIns(file.toAbsolutePath().normalize().resolveSibling(""));
        config.listeners().values().forEach(found::addListener);
        config.pools().values().forEach(found::addPool);
        config.sources().forEach((name, source) -> found.addSource("sources." + name, source.kind()));
        found.addConnections(config);
        found.addAdmin(config.admin());
        found.addWritten("logging.access.output", config.logging().access().file());
        return List.copyOf(found.needs);
    }

    /** For people; empty without a need. */
    static String text(List<Need> needs) {
        if (needs.isEmpty()) {
            return "";
        }
        StringBuilder text =
                new StringBuilder("as a service of systemd, with drop-ins of deploy/systemd for the unit:\n");
        needs.forEach(need -> text.append("  %-23s %s%n".formatted(need.dropIn().file(), Printable.of(need.reason()))));
        return text.toString();
    }

    /** For programs. */
    static List<Map<String, Object>> json(List<Need> needs) {
        return needs.stream()
                .map(need -> Map.<String, Object>of("drop_in", need.dropIn().file(), "reason", need.reason()))
                .toList();
    }

    // ---- the sections ----

    private void addListener(ListenerConfig listener) {
        String path = "listeners." + listener.name();
        socketFiles(listener.bind().stream()).forEach(socket -> addWritten(path + ".bind", socket));
        UserFile users = listener.forwardProxy().users();
        addRead(path + ".users", users == null ? null : users.file());
    }

    private void addPool(PoolConfig pool) {
        String path = "pools." + pool.name();
        socketFiles(pool.backends().stream().map(BackendConfig::address))
                .forEach(socket -> addSocket(path + ".backends", socket));
        if (pool.transparent()) {
            add(DropIn.TRANSPARENT, path + ".transparent", "the unit has no CAP_NET_RAW");
        }
        addRead(path + ".health_check.trust_store", pool.healthCheck().trustStore());
    }

    private void addSource(String path, SourceKind kind) {
        switch (kind) {
            case DockerSource docker ->
                addSocket(path + ".socket", Path.of(docker.socket().path()));
            case ExecSource exec ->
                addOutside(path + ".command", Path.of(exec.command().getFirst()));
            case HttpSource http -> addTls(path, http.tlsFiles());
            case ConsulSource consul -> addTls(path, consul.tlsFiles());
            case KubernetesSource kubernetes -> addRead(path + ".kubeconfig", kubernetes.kubeconfig());
        }
    }

    private void addTls(String path, ClientTls files) {
        addRead(path + ".trust_store", files.trustStore());
        addRead(path + ".cert", files.cert());
        addRead(path + ".key", files.key());
    }

    private void addConnections(UsherConfig config) {
        long needed = Descriptors.needed(config);
        if (needed > DESCRIPTORS) {
            add(
                    DropIn.MORE_CONNECTIONS,
                    "limits.max_connections",
                    "may need " + needed + " file descriptors, and the unit allows " + DESCRIPTORS);
        }
    }

    private void addAdmin(AdminConfig admin) {
        if (admin.tls() != null) {
            addRead("admin.tls.cert", admin.tls().cert());
            addRead("admin.tls.key", admin.tls().key());
        }
    }

    // ---- files and sockets ----

    /** The files of unix sockets; an abstract name is no file. */
    private static Stream<Path> socketFiles(Stream<Address> addresses) {
        return addresses.filter(UnixPath::isFile).map(address -> Path.of(((UnixPath) address).path()));
    }

    private void addWritten(String key, @Nullable Path file) {
        if (file != null) {
            addOutside(key, file);
            if (!isBelow(file, WRITABLE) && !isBelow(file, TEMPORARY)) {
                add(DropIn.OTHER_DIRECTORIES, key, "the unit may not write to " + file.getParent());
            }
        }
    }

    private void addRead(String key, @Nullable Path file) {
        if (file != null && isElsewhere(file)) {
            addOutside(key, file);
            if (!isBelow(file, HOMES) && rights.refuses(file, Access.READ)) {
                add(DropIn.CREDENTIALS, key, "the user " + USER + " may not read " + file);
            }
        }
    }

    private void addSocket(String key, Path file) {
        if (isBelow(file, HOMES) || isBelow(file, TEMPORARY)) {
            addOutside(key, file);
        } else if (rights.refuses(file, Access.WRITE)) {
            add(DropIn.BACKEND_SOCKETS, key, "the user " + USER + " may not connect to " + file);
        }
    }

    /** A place that the unit does not see, or sees as another place. */
    private void addOutside(String key, Path file) {
        if (isBelow(file, HOMES)) {
            add(DropIn.BACKEND_SOCKETS, key, "the unit does not see " + file);
        } else if (isBelow(file, TEMPORARY)) {
            add(DropIn.OTHER_DIRECTORIES, key, "the unit has a /tmp of its own, without " + file);
        }
    }

    private boolean isElsewhere(Path file) {
        return !file.toAbsolutePath().normalize().startsWith(home);
    }

    private static boolean isBelow(Path file, List<Path> directories) {
        return directories.stream().anyMatch(file.toAbsolutePath().normalize()::startsWith);
    }

    private void add(DropIn dropIn, String key, String reason) {
        needs.add(new Need(dropIn, key + ": " + reason));
    }
}
