package dev.usher.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.name.ServerName;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisionTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:443,       *.a.test, www.a.test,   ",
        "{name}:443,         *.a.test, ,             ",
        "{name}:443,         *.a.test, www.a.test,   www.a.test:443",
        "{name}:{port},      .a.test,  a.test,       a.test:8443",
        "{sub}.internal:443, *.a.test, www.a.test,   www.internal:443",
        "{sub}.internal:443, *.a.test, x.www.a.test, x.www.internal:443",
        "{sub}.internal:443, *.a.test, *.a.test,     ", // a star is no host
    })
    void theNameFillsInTheAddressOfATemplate(
            String backend, String route, @Nullable String name, @Nullable String address) {
        PoolConfig config = PoolConfig.of("web", List.of(BackendConfig.of(HostPort.parse(backend))));
        Decision.Serve serve = new Decision.Serve(route, new Pool(config, 1, PoolWatcher.NONE, () -> {}), true, null);
        HostPort filled = serve.address(name == null ? null : ServerName.of(name), 8443);
        assertEquals(address, filled == null ? null : filled.toString());
    }
}
