package dev.usher.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.usher.config.HealthCheckConfig;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TlsServer.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustStoresTest {
    @TempDir
    private Path directory = Path.of("");

    private Path file = Path.of("");
    private final TrustStores stores = new TrustStores();

    @BeforeEach
    void write() throws Exception {
        file = Identity.of("www.example.com").authorityIn(directory);
    }

    private HealthCheckConfig check(int seconds) {
        return PoolConfigBuilder.of("web")
                .weights(1)
                .check(HealthCheckConfig.Type.TLS)
                .verify(file)
                .probeTimeout(Duration.ofSeconds(seconds))
                .build()
                .healthCheck();
    }

    @Test
    void poolsThatNameOneFileShareIt() throws Exception {
        stores.read(List.of(check(1), check(2)));
        Files.delete(file); // it is not looked at again

        assertNotNull(stores.judge(check(1)));
        assertSame(stores.judge(check(1)), stores.judge(check(2)));
    }

    @Test
    void aFileIsTakenApartAgainWhereItSaysSomethingElse() throws Exception {
        stores.read(List.of(check(1)));
        Object first = stores.judge(check(1));
        stores.read(List.of(check(1)));
        assertSame(first, stores.judge(check(1)));

        write();
        stores.read(List.of(check(1)));
        assertNotSame(first, stores.judge(check(1)));
    }

    @Test
    void aFileThatCannotBeReadIsAFaultUntilItCan() throws Exception {
        Files.delete(file);
        stores.read(List.of(check(1)));
        assertEquals(
                "trust store " + file + " cannot be read: no such file",
                assertThrows(IOException.class, () -> stores.judge(check(1))).getMessage());

        write();
        stores.read(List.of(check(1)));
        assertNotNull(stores.judge(check(1)));
    }

    @Test
    void aProbeThatIsUnderWayReadsWhatANewConfigurationHasForgotten() throws Exception {
        stores.read(List.of(check(1)));
        stores.read(List.of());
        assertNotNull(stores.judge(check(1)));

        stores.read(List.of());
        Files.delete(file);
        assertThrows(IOException.class, () -> stores.judge(check(1)), "it is forgotten indeed");
    }

    @Test
    void whoDoesNotVerifyNeedsNone() throws Exception {
        HealthCheckConfig tcp = PoolConfigBuilder.of("web")
                .weights(1)
                .check(HealthCheckConfig.Type.TCP)
                .verify(Path.of("/nowhere"))
                .build()
                .healthCheck();
        stores.read(List.of(tcp));
        assertNull(stores.judge(tcp));
    }

    @Test
    void whatNobodyNeedsIsNotRead() throws Exception {
        HealthCheckConfig tcp = PoolConfigBuilder.of("web")
                .weights(1)
                .check(HealthCheckConfig.Type.TCP)
                .verify(file)
                .build()
                .healthCheck();
        stores.read(List.of(tcp));
        Files.delete(file);
        assertThrows(IOException.class, () -> stores.judge(check(1)), "it is read for the first time");
    }
}
