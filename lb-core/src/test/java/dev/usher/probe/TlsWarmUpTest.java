package dev.usher.probe;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TlsWarmUpTest {
    private static PoolConfig pool(HealthCheckConfig.Type type) {
        return PoolConfigBuilder.of("web").weights(1).check(type).build();
    }

    @Test
    void bothSidesFinish() {
        assertDoesNotThrow(TlsWarmUp::shakeHands);
    }

    @Test
    void itIsOverByItself() {
        TlsWarmUp.begin(List.of(pool(HealthCheckConfig.Type.TLS))).await();
        Await.until(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("tls-warm-up")),
                "its thread ends");
        TlsWarmUp.begin(Map.<String, PoolConfig>of().values()).await();
    }
}
