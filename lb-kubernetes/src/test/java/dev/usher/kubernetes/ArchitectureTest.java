package dev.usher.kubernetes;

import dev.usher.testing.PackageTable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Which package may use which. */
class ArchitectureTest {
    private final PackageTable table = new PackageTable("lb-kubernetes");

    ArchitectureTest() throws IOException {}

    @Test
    void everyPackageUsesWhatTheTableSays() {
        table.check();
    }
}
