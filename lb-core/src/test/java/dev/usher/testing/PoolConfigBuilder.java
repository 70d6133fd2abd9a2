package dev.usher.testing;

import dev.usher.config.AddressRules;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HealthCheckConfig.StatusRange;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.PoolConfig.OnDown;
import dev.usher.config.ResolveConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.config.TimeoutsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool's configuration, one setting at a time. What is not said has its default, but that nothing is probed. */
public final class PoolConfigBuilder {
    private final String name;
    private final List<BackendConfig> backends = new ArrayList<>();
    private Balance balance = PoolConfig.DEFAULT_BALANCE;
    private TimeoutsConfig timeouts = TimeoutsConfig.DEFAULT;
    private int retries = PoolConfig.DEFAULT_RETRIES;
    private EjectionConfig ejection = EjectionConfig.DEFAULT;
    private @Nullable Duration slowStart;
    private @Nullable SourceAddress source;
    private boolean transparent;
    private @Nullable Duration tcpUserTimeout;
    private AddressRules addressRules = AddressRules.NONE;
    private int refusedPercent;
    private OnDown onDown = OnDown.KEEP;
    private SendProxyProtocol sendProxyProtocol = SendProxyProtocol.NONE;

    private HealthCheckConfig.Type check = HealthCheckConfig.Type.NONE;
    private @Nullable Integer probePort;
    private @Nullable String probeAddress;
    private @Nullable String serverName;
    private List<String> alpn = List.of();
    private boolean verify;
    private @Nullable Path trustStore;
    private String method = "GET";
    private StatusRange expect = HealthCheckConfig.DEFAULT.expect();
    private ResolveConfig resolve = ResolveConfig.DEFAULT;
    private Duration interval = HealthCheckConfig.DEFAULT.interval();
    private Duration timeout = HealthCheckConfig.DEFAULT.timeout();
    private int rise = HealthCheckConfig.DEFAULT.rise();
    private int fall = HealthCheckConfig.DEFAULT.fall();
    private @Nullable Duration warnExpiry;

    private PoolConfigBuilder(String name) {
        this.name = name;
    }

    public static PoolConfigBuilder of(String name) {
        return new PoolConfigBuilder(name);
    }

    /** Time between lookups of a backend's name. */
    public PoolConfigBuilder resolveEvery(Duration pause) {
        this.resolve = new ResolveConfig(
                pause, ResolveConfig.Family.ANY, resolve.timeout(), resolve.servers(), resolve.hostsFile());
        return this;
    }

    /** Backends on loopback, at ports 1, 2, 3 and so on, with these weights. */
    public PoolConfigBuilder weights(int... weights) {
        for (int weight : weights) {
            backend(weight, 0, false);
        }
        return this;
    }

    /** One more backend on loopback, at the next port. */
    public PoolConfigBuilder backend(int weight, int maxConnections, boolean backup) {
        return backend(
                new BackendConfig(new HostPort("127.0.0.1", backends.size() + 1), weight, maxConnections, backup));
    }

    public PoolConfigBuilder backend(BackendConfig backend) {
        backends.add(backend);
        return this;
    }

    public PoolConfigBuilder backends(List<BackendConfig> added) {
        backends.addAll(added);
        return this;
    }

    public PoolConfigBuilder balance(Balance chosen) {
        balance = chosen;
        return this;
    }

    public PoolConfigBuilder timeouts(TimeoutsConfig all) {
        timeouts = all;
        return this;
    }

    public PoolConfigBuilder connectTotal(Duration total) {
        timeouts = timeouts.withConnectTotal(total);
        return this;
    }

    public PoolConfigBuilder firstByte(@Nullable Duration limit) {
        timeouts = timeouts.withFirstByte(limit);
        return this;
    }

    public PoolConfigBuilder retries(int count) {
        retries = count;
        return this;
    }

    public PoolConfigBuilder ejection(int failures, Duration base, Duration max, int maxEjectedPercent) {
        ejection = new EjectionConfig(failures, base, max, maxEjectedPercent);
        return this;
    }

    public PoolConfigBuilder source(String address) {
        source = SourceAddress.parse(address);
        return this;
    }

    public PoolConfigBuilder transparent() {
        transparent = true;
        return this;
    }

    public PoolConfigBuilder tcpUserTimeout(Duration timeout) {
        tcpUserTimeout = timeout;
        return this;
    }

    public PoolConfigBuilder slowStart(@Nullable Duration duration) {
        slowStart = duration;
        return this;
    }

    public PoolConfigBuilder onDown(OnDown chosen) {
        onDown = chosen;
        return this;
    }

    public PoolConfigBuilder sendProxyProtocol(SendProxyProtocol version) {
        sendProxyProtocol = version;
        return this;
    }

    /** The share of new sessions that is refused. */
    public PoolConfigBuilder refused(int percent) {
        refusedPercent = percent;
        return this;
    }

    /** Probes of this type, every 20 ms. */
    public PoolConfigBuilder check(HealthCheckConfig.Type type) {
        check = type;
        interval = Duration.ofMillis(20);
        return this;
    }

    public PoolConfigBuilder serverName(String sent) {
        serverName = sent;
        return this;
    }

    public PoolConfigBuilder alpn(String... offered) {
        alpn = List.of(offered);
        return this;
    }

    public PoolConfigBuilder verify(Path authorities) {
        verify = true;
        trustStore = authorities;
        return this;
    }

    public PoolConfigBuilder method(String asked) {
        method = asked;
        return this;
    }

    public PoolConfigBuilder expect(int from, int to) {
        expect = new StatusRange(from, to);
        return this;
    }

    public PoolConfigBuilder interval(Duration between) {
        interval = between;
        return this;
    }

    public PoolConfigBuilder probeTimeout(Duration patience) {
        timeout = patience;
        return this;
    }

    public PoolConfigBuilder rise(int count) {
        rise = count;
        return this;
    }

    public PoolConfigBuilder fall(int count) {
        fall = count;
        return this;
    }

    /** Where probes go, in place of the backend's own port and address; null is its own. */
    public PoolConfigBuilder probeAt(@Nullable Integer port, @Nullable String address) {
        probePort = port;
        probeAddress = address;
        return this;
    }

    public PoolConfigBuilder warnExpiry(Duration ahead) {
        warnExpiry = ahead;
        return this;
    }

    public PoolConfigBuilder resolve(ResolveConfig resolve) {
        this.resolve = resolve;
        return this;
    }

    /** The rules for addresses, with allowed blocks and denied blocks. */
    public PoolConfigBuilder addressRules(AddressRules addressRules) {
        this.addressRules = addressRules;
        return this;
    }

    public PoolConfig build() {
        HealthCheckConfig probe = new HealthCheckConfig(
                check,
                probePort,
                probeAddress,
                serverName,
                alpn,
                verify,
                trustStore,
                "/health",
                method,
                expect,
                interval,
                timeout,
                rise,
                fall,
                10,
                warnExpiry);
        return new PoolConfig(
                name,
                backends,
                balance,
                timeouts,
                retries,
                probe,
                ejection,
                slowStart,
                onDown,
                sendProxyProtocol,
                source,
                transparent,
                tcpUserTimeout,
                resolve,
                addressRules,
                null,
                refusedPercent);
    }
}
