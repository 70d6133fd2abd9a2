package dev.usher.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends and its settings. Complete: defaults are filled in.
 *
 * @param name as in the file; an inline pool is named after its route's text or its TCP listener
 * @param backends at least one unless every session is refused, no duplicates; a template stands alone
 * @param retries more backends to try after a failed connect, before any byte is sent
 * @param onDown treatment of open sessions when a backend goes down
 * @param slowStart time for a returning backend to reach its full share; null is at once
 * @param healthCheck of a template none
 * @param source the address that connections leave from; null lets the system choose
 * @param transparent whether connections of sessions leave from the client's address; those of probes leave from {@code source}
 * @param tcpUserTimeout the longest wait for an acknowledgement of a backend; null leaves it to the system
 * @param addressRules addresses that a template, or a source's backend, may lead to; none for other pools
 * @param origin the source of the pool; null for a pool of the file
 * @param refusedPercent share of new sessions that are refused, 0..100: what a source has named leads nowhere for this part
 */
public record PoolConfig(
        String name,
        List<BackendConfig> backends,
        Balance balance,
        TimeoutsConfig timeouts,
        int retries,
        HealthCheckConfig healthCheck,
        EjectionConfig ejection,
        @Nullable Duration slowStart,
        OnDown onDown,
        SendProxyProtocol sendProxyProtocol,
        @Nullable SourceAddress source,
        boolean transparent,
        @Nullable Duration tcpUserTimeout,
        ResolveConfig resolve,
        AddressRules addressRules,
        @Nullable String origin,
        int refusedPercent) {
    /** The treatment of open sessions when a backend goes down. */
    public enum OnDown {
        /** Sessions go on: a failed probe need not mean that sessions fail. */
        KEEP,
        /** Sessions are reset, so that clients reconnect and get a different backend. */
        CLOSE
    }

    public static final IntRange RETRIES = new IntRange(0, 100);
    public static final IntRange REFUSED_PERCENT = new IntRange(0, 100);
    public static final DurationRange SLOW_START = new DurationRange(Duration.ofMillis(1), Duration.ofDays(1));

    public static final Balance DEFAULT_BALANCE = Balance.ROUND_ROBIN;
    public static final int DEFAULT_RETRIES = 2;

    public PoolConfig {
        Check.notBlank(name, "pool name");
        REFUSED_PERCENT.check(refusedPercent, "refused");
        backends =
                refusedPercent == REFUSED_PERCENT.max() ? List.copyOf(backends) : Check.notEmpty(backends, "backends");
        Check.distinct(backends.stream().map(BackendConfig::address).toList(), "backends");
        Check.present(balance, "balance");
        Check.present(timeouts, "timeouts");
        RETRIES.check(retries, "retries");
        Check.present(healthCheck, "health_check");
        Check.present(ejection, "ejection");
        if (slowStart != null) {
            SLOW_START.check(slowStart, "slow_start");
        }
        Check.present(onDown, "on_down");
        Check.present(sendProxyProtocol, "send_proxy_protocol");
        Check.present(resolve, "resolve");
        boolean template = isTemplate(backends);
        Check.that(
                !template || backends.size() == 1,
                "an address with {name} or {sub} must be the only backend of its pool");
        Check.that(
                !resolve.servers().isEmpty() || backends.stream().noneMatch(BackendConfig::isService),
                "SRV records need resolve.servers: the system looks up addresses alone");
        Check.that(
                template || origin != null || Check.present(addressRules, "to").isNone(),
                "to and deny_to are only for a backend with {name} or {sub}");
        Check.that(!template || origin == null, "a source brings no templates");
        healthCheck = template ? HealthCheckConfig.NONE : healthCheck; // clients could have any host probed
        if (source != null) {
            String unreached = source.unreached(backends);
            Check.that(unreached == null, String.valueOf(unreached));
        }
        if (tcpUserTimeout != null) {
            TimeoutsConfig.TCP_USER_TIMEOUT.check(tcpUserTimeout, "tcp_user_timeout");
        }
        for (BackendConfig backend : backends) {
            if (backend.address() instanceof UnixPath path) {
                Check.that(
                        !transparent,
                        () -> "transparent is for IP addresses, and connections to " + path + " have none");
                healthCheck.checkFits(path);
            }
        }
    }

    /** The milliseconds of {@link #tcpUserTimeout} as the kernel takes them; 0 without. */
    public int tcpUserTimeoutMillis() {
        return TimeoutsConfig.tcpUserTimeoutMillis(tcpUserTimeout);
    }

    /** Whether each client of a pool with these backends names the backend. */
    public static boolean isTemplate(List<BackendConfig> backends) {
        return backends.stream().anyMatch(BackendConfig::isTemplate);
    }

    /** Whether each client names the backend. */
    public boolean isTemplate() {
        return template() != null;
    }

    /** The address that clients fill in; null if the backends are known. */
    public @Nullable HostPort template() {
        return !backends.isEmpty() && backends.getFirst().address() instanceof HostPort tcp && tcp.isTemplate()
                ? tcp
                : null;
    }

    /** The pool of a client's backend: this template, filled in. */
    public PoolConfig filled(HostPort address) {
        BackendConfig backend = new BackendConfig(
                address, BackendConfig.DEFAULT_WEIGHT, backends.getFirst().maxConnections(), false);
        return Copy.of(this)
                .with("backends", List.of(backend))
                .with("addressRules", AddressRules.NONE)
                .make();
    }

    /** A pool with every default. */
    public static PoolConfig of(String name, List<BackendConfig> backends) {
        return new PoolConfig(
                name,
                backends,
                DEFAULT_BALANCE,
                TimeoutsConfig.DEFAULT,
                DEFAULT_RETRIES,
                HealthCheckConfig.DEFAULT,
                EjectionConfig.DEFAULT,
                null,
                OnDown.KEEP,
                SendProxyProtocol.NONE,
                null,
                false,
                null,
                ResolveConfig.DEFAULT,
                AddressRules.NONE,
                null,
                0);
    }

    /** Whether {@code name} can be the name of a pool in a file: lower-case letters, digits, _ and -. */
    public static boolean isPoolName(String name) {
        return Check.isName(name);
    }

    /**
     * A copy for a service of the same machines on another port, without TLS. Backends that differ in their port alone
     * become one.
     */
    PoolConfig at(String name, int port) {
        Map<Address, BackendConfig> moved = new LinkedHashMap<>();
        backends.forEach(backend -> moved.putIfAbsent(backend.at(port).address(), backend.at(port)));
        return Copy.of(this)
                .with("name", name)
                .with("backends", List.copyOf(moved.values()))
                .with("healthCheck", healthCheck.withoutTls())
                .make();
    }

    /** The pool of a source, with rules for the addresses of host names. */
    public PoolConfig broughtBy(String source, AddressRules addressRules) {
        return Copy.of(this)
                .with("origin", source)
                .with("addressRules", addressRules)
                .make();
    }

    // ---- copies with one setting changed ----

    public PoolConfig withTimeouts(TimeoutsConfig timeouts) {
        return Copy.of(this, "timeouts", timeouts);
    }

    public PoolConfig withRetries(int retries) {
        return Copy.of(this, "retries", retries);
    }

    public PoolConfig withHealthCheck(HealthCheckConfig healthCheck) {
        return Copy.of(this, "healthCheck", healthCheck);
    }

    public PoolConfig withEjection(EjectionConfig ejection) {
        return Copy.of(this, "ejection", ejection);
    }
}
