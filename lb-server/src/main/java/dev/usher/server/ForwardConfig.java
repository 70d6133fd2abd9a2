package dev.usher.server;

import dev.usher.config.Address;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ThisMachine;
import java.util.List;
import java.util.function.Function;

/** The configuration of {@code usher forward LISTEN TARGET}: a TCP listener, a pool, no admin side. */
final class ForwardConfig {
    private static final String NAME = "forward";

    private ForwardConfig() {}

    /**
     * @param listen {@code 11000}, {@code :11000}, {@code 127.0.0.1:11000} {@code [::1]:11000} or {@code unix:/run/a.sock}
     * @param target {@code localhost:6379}, where the host is required, or {@code unix:/run/redis.sock}
     * @throws IllegalArgumentException with the faulty argument and its remedy
     */
    static UsherConfig of(String listen, String target) {
        Address bind = read("LISTEN", listen, text -> Address.parseBind(isPort(text) ? ":" + text : text));
        Address backend = read("TARGET", target, text -> Address.parse(isPort(text) ? ":" + text : text));
        if (leadsTo(backend, bind)) {
            throw new IllegalArgumentException("TARGET: " + backend + " is where " + bind + " listens");
        }
        return UsherConfig.of(List.of(ListenerConfig.tcp(NAME, List.of(bind), NAME)), List.of(), List.of(pool(backend)))
                .withAdmin(AdminConfig.NONE);
    }

    private static boolean leadsTo(Address backend, Address bind) {
        if (backend instanceof HostPort target && bind instanceof HostPort own) {
            return new ThisMachine().leadsTo(target, own);
        }
        return backend.equals(bind);
    }

    /** No probes and no ejection: with a single target they could only refuse sessions that a connect might serve. */
    private static PoolConfig pool(Address backend) {
        return PoolConfig.of(NAME, List.of(BackendConfig.of(backend)))
                .withHealthCheck(HealthCheckConfig.NONE)
                .withEjection(EjectionConfig.DEFAULT.off());
    }

    private static <A extends Address> A read(String argument, String text, Function<String, A> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException fault) {
            throw new IllegalArgumentException(argument + ": " + fault.getMessage(), fault);
        }
    }

    private static boolean isPort(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
