package dev.usher.server.convert.draft;

import dev.usher.config.Address;
import dev.usher.config.AddressRules;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.EjectionConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UnixPath;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A pool of a {@link Draft}. */
public final class PoolDraft {
    private final String name;
    private final Map<Address, BackendConfig> backends = new LinkedHashMap<>();
    private Balance balance = PoolConfig.DEFAULT_BALANCE;
    private TimeoutsConfig timeouts = TimeoutsConfig.DEFAULT;
    private int retries = PoolConfig.DEFAULT_RETRIES;
    private final ProbeDraft probe = new ProbeDraft();
    private EjectionConfig ejection = EjectionConfig.DEFAULT;
    private @Nullable Duration slowStart;
    private PoolConfig.OnDown onDown = PoolConfig.OnDown.KEEP;
    private SendProxyProtocol sendProxyProtocol = SendProxyProtocol.NONE;
    private @Nullable SourceAddress source;
    private @Nullable Statement sourceAt;
    private @Nullable Statement transparentAt;
    private @Nullable Duration tcpUserTimeout;
    private ResolveConfig resolve = ResolveConfig.DEFAULT;

    public PoolDraft(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** Adds a backend; false if the pool has the address already. */
    public boolean add(BackendConfig backend) {
        return backends.putIfAbsent(backend.address(), backend) == null;
    }

    public List<BackendConfig> backends() {
        return List.copyOf(backends.values());
    }

    /** Whether clients name the backend. */
    public boolean isTemplate() {
        return backends.values().stream().anyMatch(BackendConfig::isTemplate);
    }

    public ProbeDraft probe() {
        return probe;
    }

    public void balance(Balance balance) {
        this.balance = balance;
    }

    public void timeouts(UnaryOperator<TimeoutsConfig> change) {
        timeouts = change.apply(timeouts);
    }

    public void retries(int retries) {
        this.retries = retries;
    }

    public EjectionConfig ejection() {
        return ejection;
    }

    public void ejection(EjectionConfig ejection) {
        this.ejection = ejection;
    }

    public void slowStart(Duration slowStart) {
        this.slowStart = slowStart;
    }

    public void onDown(PoolConfig.OnDown onDown) {
        this.onDown = onDown;
    }

    public void sendProxyProtocol(SendProxyProtocol sendProxyProtocol) {
        this.sendProxyProtocol = sendProxyProtocol;
    }

    public @Nullable SourceAddress source() {
        return source;
    }

    /** Has connections leave from an address. */
    public void source(Statement at, SourceAddress address) {
        source = address;
        sourceAt = at;
    }

    /** Has connections of sessions leave from the client's address. */
    public void transparent(Statement at) {
        transparentAt = at;
    }

    public void tcpUserTimeout(Duration timeout) {
        tcpUserTimeout = timeout;
    }

    public void family(ResolveConfig.Family family) {
        resolve = new ResolveConfig(
                resolve.interval(), family, resolve.timeout(), resolve.servers(), resolve.hostsFile());
    }

    /** A pool of a single backend of this pool, with the same settings. */
    public PoolDraft only(String newName, BackendConfig backend) {
        PoolDraft copy = new PoolDraft(newName);
        copy.add(backend);
        copy.balance = balance;
        copy.timeouts = timeouts;
        copy.retries = retries;
        copy.probe.takeFrom(probe);
        copy.ejection = ejection;
        copy.slowStart = slowStart;
        copy.onDown = onDown;
        copy.sendProxyProtocol = sendProxyProtocol;
        copy.source = source;
        copy.sourceAt = sourceAt;
        copy.transparentAt = transparentAt;
        copy.tcpUserTimeout = tcpUserTimeout;
        copy.resolve = resolve;
        return copy;
    }

    public void remove(BackendConfig backend) {
        backends.remove(backend.address());
    }

    /**
     * The record, under the pool's name in the file.
     *
     * @param servers for names of backends; null leaves names to the system
     */
    public PoolConfig build(String pool, @Nullable ResolveConfig servers, Remarks remarks) {
        SourceAddress from = source;
        String unreached = from == null ? null : from.unreached(backends());
        if (unreached != null && sourceAt != null) {
            remarks.leftOut(sourceAt, unreached);
            from = null;
        }
        boolean sockets = backends.keySet().stream().anyMatch(UnixPath.class::isInstance);
        if (sockets) {
            probe.fitSockets(remarks);
        }
        if (sockets && transparentAt != null) {
            remarks.leftOut(transparentAt, "connections to a unix socket have no address to leave from");
        }
        return new PoolConfig(
                pool,
                backends(),
                balance,
                withRoomForConnect(),
                retries,
                probe.build(),
                ejection,
                slowStart,
                onDown,
                sendProxyProtocol,
                from,
                transparentAt != null && !sockets,
                tcpUserTimeout,
                servers == null ? resolve : askedAt(servers),
                AddressRules.NONE,
                null,
                0);
    }

    private ResolveConfig askedAt(ResolveConfig servers) {
        ResolveConfig.Family family =
                resolve.family() == ResolveConfig.Family.ANY ? servers.family() : resolve.family();
        return new ResolveConfig(servers.interval(), family, servers.timeout(), servers.servers(), servers.hostsFile());
    }

    /** Makes the time for every attempt to connect at least the time for an attempt. */
    private TimeoutsConfig withRoomForConnect() {
        boolean fits = timeouts.connect().compareTo(timeouts.connectTotal()) <= 0;
        return fits ? timeouts : timeouts.withConnectTotal(timeouts.connect());
    }
}
