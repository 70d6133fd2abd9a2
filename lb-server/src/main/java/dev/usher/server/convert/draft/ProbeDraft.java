package dev.usher.server.convert.draft;

import dev.usher.config.HealthCheckConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The health check of a {@link PoolDraft}. */
public final class ProbeDraft {
    private HealthCheckConfig.Type type = HealthCheckConfig.DEFAULT.type();
    private Duration interval = HealthCheckConfig.DEFAULT.interval();
    private Duration timeout = HealthCheckConfig.DEFAULT.timeout();
    private int rise = HealthCheckConfig.DEFAULT.rise();
    private int fall = HealthCheckConfig.DEFAULT.fall();
    private @Nullable String serverName;
    private boolean verify = HealthCheckConfig.DEFAULT.verify();
    private String path = HealthCheckConfig.DEFAULT.path();
    private String method = HealthCheckConfig.DEFAULT.method();

    void takeFrom(ProbeDraft other) {
        type = other.type;
        interval = other.interval;
        timeout = other.timeout;
        rise = other.rise;
        fall = other.fall;
        serverName = other.serverName;
        verify = other.verify;
        path = other.path;
        method = other.method;
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

    /** Whether a certificate would be verified without a name: possible only for a backend with a host. */
    public boolean verifiesHost() {
        return type.shakesHands() && verify && serverName == null;
    }

    HealthCheckConfig build() {
        HealthCheckConfig base = HealthCheckConfig.DEFAULT;
        return type == HealthCheckConfig.Type.NONE
                ? HealthCheckConfig.NONE
                : new HealthCheckConfig(
                        type,
                        base.port(),
                        base.address(),
                        serverName,
                        base.alpn(),
                        verify,
                        base.trustStore(),
                        path,
                        method,
                        base.expect(),
                        interval,
                        timeout,
                        rise,
                        fall,
                        base.jitterPercent(),
                        base.warnExpiry());
    }
}
