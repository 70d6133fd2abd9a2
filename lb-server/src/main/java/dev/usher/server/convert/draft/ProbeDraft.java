package dev.usher.server.convert.draft;

import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The health check of a {@link PoolDraft}. */
public final class ProbeDraft {
    private HealthCheckConfig.Type type = HealthCheckConfig.DEFAULT.type();
    private Duration interval = HealthCheckConfig.DEFAULT.interval();
    private Duration timeout = HealthCheckConfig.DEFAULT.timeout();
    private int rise = HealthCheckConfig.DEFAULT.rise();
    private int fall = HealthCheckConfig.DEFAULT.fall();
    private @Nullable Integer port;
    private @Nullable String address;
    /** The statement with the port or the address. */
    private @Nullable Statement placeAt;

    private @Nullable String serverName;
    private boolean verify = HealthCheckConfig.DEFAULT.verify();
    private String path = HealthCheckConfig.DEFAULT.path();
    private String method = HealthCheckConfig.DEFAULT.method();
    private HealthCheckConfig.StatusRange expect = HealthCheckConfig.DEFAULT.expect();

    void takeFrom(ProbeDraft other) {
        type = other.type;
        interval = other.interval;
        timeout = other.timeout;
        rise = other.rise;
        fall = other.fall;
        port = other.port;
        address = other.address;
        placeAt = other.placeAt;
        serverName = other.serverName;
        verify = other.verify;
        path = other.path;
        method = other.method;
        expect = other.expect;
    }

    public HealthCheckConfig.Type type() {
        return type;
    }

    public void type(HealthCheckConfig.Type type) {
        this.type = type;
    }

    public void interval(Duration interval) {
        this.interval = interval;
    }

    public void timeout(Duration timeout) {
        this.timeout = timeout;
    }

    public void rise(int rise) {
        this.rise = HealthCheckConfig.RISE.check(rise, "rise");
    }

    public void fall(int fall) {
        this.fall = HealthCheckConfig.FALL.check(fall, "fall");
    }

    public @Nullable Integer port() {
        return port;
    }

    /** Has every backend checked at a port in place of its own. */
    public void port(Statement at, int port) {
        placeAt = at;
        this.port = HostPort.PORT.check(port, "port");
    }

    public @Nullable String address() {
        return address;
    }

    /** Has an IP address checked in place of each backend's own. */
    public void address(Statement at, String address) {
        placeAt = at;
        this.address = HealthCheckConfig.checkAddress(address);
    }

    public void serverName(String serverName) {
        this.serverName = serverName;
    }

    public void verify(boolean verify) {
        this.verify = verify;
    }

    public void path(String path) {
        this.path = HealthCheckConfig.checkPath(path);
    }

    public void method(String method) {
        this.method = HealthCheckConfig.checkMethod(method);
    }

    /** Has these statuses count as success. */
    public void expect(HealthCheckConfig.StatusRange expect) {
        this.expect = expect;
    }

    /** Whether a certificate would be verified without a name: possible only for a backend with a host. */
    public boolean verifiesHost() {
        return type.shakesHands() && verify && serverName == null;
    }

    /** Fits the check to a pool with unix sockets, which have neither a port nor a host. */
    void fitSockets(Remarks remarks) {
        if (verifiesHost()) {
            verify = false;
        }
        if (placeAt != null && (port == null || address == null)) {
            remarks.leftOut(placeAt, "a unix socket has no port and no address: the check asks the socket itself");
            port = null;
            address = null;
        }
    }

    HealthCheckConfig build() {
        HealthCheckConfig base = HealthCheckConfig.DEFAULT;
        return type == HealthCheckConfig.Type.NONE
                ? HealthCheckConfig.NONE
                : new HealthCheckConfig(
                        type,
                        port,
                        address,
                        serverName,
                        base.alpn(),
                        verify,
                        base.trustStore(),
                        path,
                        method,
                        expect,
                        interval,
                        timeout,
                        rise,
                        fall,
                        base.jitterPercent(),
                        base.warnExpiry());
    }
}
