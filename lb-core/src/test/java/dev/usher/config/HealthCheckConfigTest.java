package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.testing.PoolConfigBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthCheckConfigTest {
    /** Only an answer of the place for sessions says that they would be answered, and ends an ejection. */
    @ParameterizedTest
    @CsvSource({
        "NONE, , , false",
        "TCP, , , false",
        "TLS, , , true",
        "HTTP, , , true",
        "HTTPS, , , true",
        "HTTPS, 9000, , false",
        "TLS, , 10.0.0.1, false"
    })
    void hearsTheServiceByAnAnswerAtItsOwnPlace(
            HealthCheckConfig.Type type, Integer port, String address, boolean hears) {
        assertEquals(
                hears,
                PoolConfigBuilder.of("web")
                        .weights(1)
                        .check(type)
                        .probeAt(port, address)
                        .build()
                        .healthCheck()
                        .hearsService());
    }
}
