package dev.usher;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.usher.pool.Roster;
import dev.usher.testing.PackageTable;
import dev.usher.time.Clock;
import dev.usher.time.WallClock;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which package may use which. The arrows go one way, from the door to the clock. */
class ArchitectureTest {
    /** The packages of the JDK that have a place here: no HTTP, no logging of its own, no scripting. */
    private static final List<String> EVERYBODY_MAY_USE = List.of(
            "java.lang..",
            "java.util..",
            "java.net",
            "java.net.spi",
            "java.io",
            "java.nio..",
            "java.time..",
            "java.security..",
            "java.math",
            "javax.crypto..", // marks of checked passwords
            "javax.naming..", // distinguished names of certificates
            "javax.net..",
            "javax.security..",
            "jdk.net",
            "org.slf4j",
            "org.jspecify.annotations");

    private final PackageTable table = new PackageTable("lb-core");
    private final JavaClasses code = table.code();

    ArchitectureTest() throws IOException {}

    @Test
    void everyPackageUsesWhatTheTableSays() {
        table.check();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.usher.(*)..").should().beFreeOfCycles().check(code);
    }

    @Test
    void theDoorKnowsNeitherYamlNorHttp() {
        String[] allowed = EVERYBODY_MAY_USE.toArray(String[]::new);
        allowed = Arrays.copyOf(allowed, allowed.length + 3);
        allowed[allowed.length - 3] = "org.xbill.DNS..";
        allowed[allowed.length - 2] = "org.HdrHistogram";
        allowed[allowed.length - 1] = "dev.usher..";
        classes().should().onlyDependOnClassesThat(resideInAnyPackage(allowed)).check(code);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net.http..", "com.sun.net.httpserver..", "io.undertow..", "tools.jackson..")
                .check(code);
    }

    /** Changes of backends take a lock. */
    @Test
    void workersChangeNoRoster() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.usher.loop", "dev.usher.relay", "dev.usher.route")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Roster.class)
                .check(code);
    }

    @Test
    void onlyTheClockReadsTheTime() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Clock.class, WallClock.class)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .check(code);
    }

    @Test
    void channelsComeFromTheProviderAlone() {
        noClasses()
                .should()
                .callMethod(Selector.class, "open")
                .orShould()
                .callMethod(SocketChannel.class, "open")
                .orShould()
                .callMethod(ServerSocketChannel.class, "open")
                .orShould()
                .callMethod(DatagramChannel.class, "open")
                .check(code);
    }

    /** State behind a class cannot be given, and so cannot be two. */
    @Test
    void nothingStaticChanges() {
        com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields()
                .that()
                .areStatic()
                .should()
                .beFinal()
                .check(code);
    }
}
