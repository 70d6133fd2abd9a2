package dev.usher;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.usher.pool.Roster;
import dev.usher.time.Clock;
import dev.usher.time.WallClock;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which package may use which. The arrows go one way, from the door to the clock. */
class ArchitectureTest {
    /** What each package may use besides itself, the JDK, the log and the null annotations. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("time", List.of()),
            Map.entry("config", List.of()),
            Map.entry("file", List.of("dev.usher.config")), // for the text form of sizes
            Map.entry("name", List.of("dev.usher.config")), // for the text form of addresses
            Map.entry("tls", List.of("dev.usher.name", "dev.usher.config")),
            Map.entry("http", List.of("dev.usher.name", "dev.usher.config")),
            Map.entry("proxyheader", List.of("dev.usher.config")), // for the text form of addresses
            Map.entry("metrics", List.of("org.HdrHistogram..")),
            Map.entry("pool", List.of("dev.usher.config", "dev.usher.metrics", "dev.usher.time")),
            Map.entry("route", List.of("dev.usher.name", "dev.usher.pool", "dev.usher.config")),
            Map.entry("loop", List.of("dev.usher.time", "dev.usher.metrics")),
            Map.entry("end", List.of("dev.usher.route", "dev.usher.config")),
            Map.entry(
                    "opening",
                    List.of(
                            "dev.usher.end",
                            "dev.usher.name",
                            "dev.usher.tls",
                            "dev.usher.http",
                            "dev.usher.proxyheader",
                            "dev.usher.config")),
            Map.entry(
                    "probe",
                    List.of("dev.usher.pool", "dev.usher.config", "dev.usher.tls", "dev.usher.time", "dev.usher.file")),
            Map.entry("diff", List.of("dev.usher.route", "dev.usher.config")),
            Map.entry("map", List.of("dev.usher.config")),
            Map.entry("view", List.of("dev.usher.route", "dev.usher.pool", "dev.usher.metrics", "dev.usher.config")),
            Map.entry(
                    "relay",
                    List.of(
                            "dev.usher.view",
                            "dev.usher.end",
                            "dev.usher.opening",
                            "dev.usher.time",
                            "dev.usher.config",
                            "dev.usher.name",
                            "dev.usher.proxyheader",
                            "dev.usher.metrics",
                            "dev.usher.pool",
                            "dev.usher.route",
                            "dev.usher.loop")),
            Map.entry("event", List.of("dev.usher.pool", "dev.usher.config", "dev.usher.time")),
            Map.entry(
                    "watch",
                    List.of(
                            "dev.usher.event",
                            "dev.usher.relay",
                            "dev.usher.end",
                            "dev.usher.loop",
                            "dev.usher.metrics",
                            "dev.usher.view",
                            "dev.usher.route",
                            "dev.usher.pool",
                            "dev.usher.config",
                            "dev.usher.time")),
            Map.entry(
                    "workers",
                    List.of(
                            "dev.usher.relay",
                            "dev.usher.end",
                            "dev.usher.loop",
                            "dev.usher.metrics",
                            "dev.usher.view",
                            "dev.usher.name",
                            "dev.usher.pool",
                            "dev.usher.config",
                            "dev.usher.time",
                            "org.HdrHistogram..")),
            Map.entry(
                    "upkeep",
                    List.of(
                            "dev.usher.event",
                            "dev.usher.workers",
                            "dev.usher.end",
                            "dev.usher.probe",
                            "dev.usher.proxyheader",
                            "dev.usher.view",
                            "dev.usher.pool",
                            "dev.usher.config",
                            "dev.usher.time")),
            Map.entry("reload", List.of("dev.usher.diff")));

    /** The packages of the JDK that have a place here: no HTTP, no logging of its own, no scripting. */
    private static final List<String> EVERYBODY_MAY_USE = List.of(
            "java.lang..",
            "java.util..",
            "java.net",
            "java.io",
            "java.nio..",
            "java.time..",
            "java.security..",
            "java.math",
            "javax.naming..", // distinguished names of certificates
            "javax.net..",
            "javax.security..",
            "jdk.net",
            "org.slf4j",
            "org.jspecify.annotations");

    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.usher");

    @Test
    void everyPackageUsesOnlyWhatItMay() {
        MAY_USE.forEach((name, used) -> {
            List<String> allowed = new ArrayList<>(EVERYBODY_MAY_USE);
            allowed.add("dev.usher." + name);
            allowed.addAll(used);
            classes()
                    .that()
                    .resideInAPackage("dev.usher." + name)
                    .should()
                    .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
                    .allowEmptyShould(true) // a package of the table that is not there yet
                    .check(CODE);
        });
    }

    @Test
    void noPackageIsMissingInTheTable() {
        Set<String> packages = CODE.getPackage("dev.usher").getSubpackages().stream()
                .map(JavaPackage::getRelativeName)
                .collect(Collectors.toSet());
        packages.removeAll(MAY_USE.keySet());
        assertEquals(Set.of(), packages);
    }

    @Test
    void noPackageUsesTheDoor() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.usher")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.usher")
                .check(CODE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.usher.(*)..").should().beFreeOfCycles().check(CODE);
    }

    @Test
    void theDoorKnowsNeitherYamlNorHttp() {
        String[] allowed = EVERYBODY_MAY_USE.toArray(String[]::new);
        allowed = Arrays.copyOf(allowed, allowed.length + 2);
        allowed[allowed.length - 2] = "org.HdrHistogram";
        allowed[allowed.length - 1] = "dev.usher..";
        classes().should().onlyDependOnClassesThat(resideInAnyPackage(allowed)).check(CODE);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net.http..", "com.sun.net.httpserver..", "io.undertow..", "tools.jackson..")
                .check(CODE);
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
                .check(CODE);
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
                .check(CODE);
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
                .check(CODE);
    }

    /** State behind a class cannot be given, and so cannot be two. */
    @Test
    void nothingStaticChanges() {
        com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields()
                .that()
                .areStatic()
                .should()
                .beFinal()
                .check(CODE);
    }
}
