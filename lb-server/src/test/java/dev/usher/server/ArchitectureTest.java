package dev.usher.server;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import dev.usher.testing.PackageTable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Which package may use which. The arrows go one way. */
class ArchitectureTest {
    private final PackageTable table = new PackageTable("lb-server");

    ArchitectureTest() throws IOException {}

    @Test
    void everyPackageUsesWhatTheTableSays() {
        table.check();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.usher.(**)").should().beFreeOfCycles().check(table.code());
    }
}
