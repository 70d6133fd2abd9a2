package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher, in a directory like a clone's. A Maven of the test's own stands for the real one, which takes a minute and
 * tells nobody when it is in its midst: it gives the product under test, changed as a newer source would change it.
 */
@Timeout(180)
@Tag("slow")
class LauncherIT {
    /** Keeps a record of the wanted times, and shortens those of the launcher. */
    private static final String FAKE_SLEEP = """
            #!/bin/sh
            echo "$1" >>"$(dirname "$0")/../sleeps"
            exec /bin/sleep 0.1
            """;

    private static final String FAKE_MAVEN = """
            #!/bin/sh
            echo "$@" >>arguments
            echo "[INFO] Building usher: data plane 0.1.0      [2/4]"
            while [ ! -e enough ]; do sleep 0.1; done
            mkdir -p lb-server/target
            cp -R "$PRODUCT/usher.jar" "$PRODUCT/lib" lb-server/target
            """;

    /** Starts usher twice without a cache, and makes two. */
    private static final Duration TRAINING = Duration.ofSeconds(150);

    @TempDir
    private Path directory = Path.of("");

    private Path home = Path.of("");
    private Path source = Path.of("");

    @BeforeEach
    void makeAClone() throws IOException {
        home = Files.createDirectory(directory.resolve("home"));
        Files.copy(Path.of("..", "usher"), home.resolve("usher"), StandardCopyOption.COPY_ATTRIBUTES);
        Path options = Files.createDirectories(home.resolve("deploy")).resolve("jvm.options");
        Files.copy(Path.of("..", "deploy/jvm.options"), options, StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        source = Files.createDirectories(home.resolve("lb-server/src/main")).resolve("Source.java");
        Files.writeString(source, "");
        Path maven = Files.writeString(
                Files.createDirectory(directory.resolve("bin")).resolve("mvn"), FAKE_MAVEN);
        assertTrue(maven.toFile().setExecutable(true));
        Path sleep = Files.writeString(maven.resolveSibling("sleep"), FAKE_SLEEP);
        assertTrue(sleep.toFile().setExecutable(true));
    }

    private Program usher(String... arguments) throws IOException {
        return launch(home.resolve("usher"), arguments);
    }

    private Program launch(Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(Arrays.asList(arguments));
        return Program.start(environment(), command);
    }

    private Map<String, String> environment() throws IOException {
        return Map.of(
                "TERM",
                "xterm",
                "PATH",
                directory.resolve("bin") + ":" + System.getenv("PATH"),
                "USHER_JAVA_HOME",
                System.getProperty("java.home"),
                "PRODUCT",
                Path.of("target").toRealPath().toString());
    }

    private void let() throws IOException {
        Files.createFile(home.resolve("enough"));
    }

    private void build(String... more) throws Exception {
        try (Program build =
                usher(Stream.concat(Stream.of("build"), Stream.of(more)).toArray(String[]::new))) {
            assertEquals(0, build.exitCode(), build.err().all()::toString);
        }
    }

    private long builds() throws IOException {
        return Files.readAllLines(home.resolve("arguments")).size();
    }

    private void touch() throws IOException {
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
    }

    private static void says(Program version) throws Exception {
        assertEquals(0, version.exitCode(), version.err().all()::toString);
        assertTrue(version.out().await("usher ").matches("usher \\d.*Java 25.*"));
    }

    @Test
    void runsThroughALinkFromAnyDirectory() throws Exception {
        let();
        build();
        Path link = Files.createSymbolicLink(directory.resolve("ush"), home.resolve("usher"));
        try (Program version = Program.start(
                Map.of("USHER_JAVA_HOME", System.getProperty("java.home")),
                List.of("sh", "-c", "cd / && exec \"$0\" --version", link.toString()))) {
            says(version);
        }
    }

    @Test
    void refusesAJavaHomeThatIsNotOurs() throws Exception {
        String launcher = Path.of("..", "usher").toRealPath().toString();
        try (Program version =
                Program.start(Map.of("USHER_JAVA_HOME", directory.toString()), List.of(launcher, "--version"))) {
            assertEquals(69, version.exitCode());
            version.err().await("USHER_JAVA_HOME=" + directory + " is not a JDK 25");
        }
    }

    @Test
    void buildsWithoutTheTestsAndShowsThatItGoesOn() throws Exception {
        try (Program demo = usher("demo", "--help")) {
            demo.err().await("usher: building data plane 0.1.0 [2/4] ...");
            demo.err().await("usher: still building, ");
            let();
            assertEquals(0, demo.exitCode());
            demo.out().await("Usage: usher demo");
        }
        String arguments = Files.readString(home.resolve("arguments"));
        assertTrue(arguments.contains("-Dmaven.test.skip=true"), arguments);
        List<String> sleeps = Files.readAllLines(directory.resolve("sleeps"));
        assertTrue(sleeps.contains("15") && !sleeps.contains("1"), sleeps::toString);
    }

    @Test
    void writesOverOneLineOnATerminal() throws Exception {
        try (Program demo = Program.start(
                environment(), List.of("script", "-qec", home.resolve("usher") + " demo --help", "/dev/null"))) {
            demo.out().await("\u001b[Kusher: building data plane 0.1.0 [2/4], ");
            let();
            assertEquals(0, demo.exitCode());
            demo.out().await("Show usher at work");
        }
        List<String> sleeps = Files.readAllLines(directory.resolve("sleeps"));
        assertTrue(sleeps.contains("1") && !sleeps.contains("15"), sleeps::toString);
    }

    @Test
    void helpKnowsWhatTheLauncherDoesItself() throws Exception {
        let();
        build();
        try (Program help = usher("--help")) {
            assertEquals(0, help.exitCode());
            help.out().await("Build usher from its source");
        }
        try (Program help = usher("build", "--help")) {
            assertEquals(0, help.exitCode());
            help.out().await("Usage: usher build");
        }
        try (Program wrong = usher("build", "--into", "x")) {
            assertEquals(2, wrong.exitCode());
        }
    }

    @Test
    void saysThatNothingIsBuiltWhereACommandDoesNotBuild() throws Exception {
        try (Program status = usher("status")) {
            assertEquals(69, status.exitCode());
            status.err().await("usher is not built yet: run " + home.resolve("usher") + " build");
        }
        assertTrue(Files.notExists(home.resolve("arguments")));
    }

    /** As an upgrade does it, and everybody who edits beside an usher that runs; ps may hide that. */
    @Test
    void leavesTheFilesOfARunningUsherAlone() throws Exception {
        let();
        Path ps = Files.writeString(directory.resolve("bin/ps"), "#!/bin/sh\necho COMMAND\n");
        assertTrue(ps.toFile().setExecutable(true));
        build();
        try (Program running = usher("forward", "127.0.0.1:0", "127.0.0.1:1")) {
            running.err().await("forwarding");
            Map<String, String> loaded = loaded(running.pid());
            touch();
            try (Program version = usher("--version")) {
                says(version);
            }
            assertEquals(1, builds(), "what only asks builds nothing");
            for (int i = 2; i <= 4; i++) { // the one before the last goes, unless it runs
                touch();
                build();
                assertEquals(i, builds());
            }
            assertEquals(loaded, loaded(running.pid()));
            try (Program next = usher("forward", "127.0.0.1:0", "127.0.0.1:1")) {
                next.err().await("forwarding");
                assertNotEquals(loaded.keySet(), loaded(next.pid()).keySet());
            }
            running.signal("TERM");
            assertEquals(0, running.exitCode());
        }
        assertEquals(3, kept(), "the one that ran, and the last two");
        touch();
        build();
        assertEquals(2, kept(), "the last two: no other runs");
    }

    private long kept() throws IOException {
        try (Stream<Path> all = Files.list(home.resolve("builds"))) {
            return all.filter(Files::isDirectory).count();
        }
    }

    /** Every file that a process has its classes from, with what changes if anybody writes to it or puts another there. */
    private static Map<String, String> loaded(long pid) throws IOException {
        String jar = Stream.of(
                        Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0", -1))
                .filter(argument -> argument.endsWith("usher.jar"))
                .findFirst()
                .orElseThrow();
        Map<String, String> loaded = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of(jar).getParent())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
                loaded.put(
                        file.toString(), facts.fileKey() + " " + Files.getAttribute(file, "unix:ctime") + facts.size());
            }
        }
        assertTrue(loaded.keySet().stream().anyMatch(name -> name.contains("/lib/")), loaded::toString);
        return loaded;
    }

    @Test
    void buildsOnceWhereTwoStartAtOnce() throws Exception {
        try (Program first = usher("build")) {
            first.err().await("usher: building data plane");
            try (Program second = usher("demo", "--help")) {
                second.err().await("another launcher is building: waiting for it");
                let();
                assertEquals(0, second.exitCode(), second.err().all()::toString);
            }
            assertEquals(0, first.exitCode());
        }
        assertEquals(1, builds());
    }

    @Test
    void putsAllThatAServerNeedsIntoADirectory() throws Exception {
        let();
        Path server = directory.resolve("opt/usher");
        build(server.toString());
        Path moved = Files.move(server, directory.resolve("copied"));
        try (Program check = launch(
                moved.resolve("usher"),
                "check",
                Path.of("..", "deploy/usher.example.yaml").toRealPath().toString())) {
            assertTrue(check.exitCode() < 2, check.err().all()::toString); // it may want files that are not here
        }
        touch();
        build(moved.toString());
        try (Program version = launch(moved.resolve("usher"), "--version")) {
            says(version);
        }
    }

    /** The other tests have no script for the training: their builds go on without. */
    @Test
    @Tag("slow")
    void startsFromACacheOfClassesWhereverItIsPut() throws Exception {
        Files.createSymbolicLink(
                home.resolve("deploy/dist"), Path.of("..", "deploy/dist").toRealPath());
        let();
        try (Program build = usher("build", directory.resolve("server").toString())) {
            assertEquals(0, build.exitCode(TRAINING), build::all);
        }
        for (Path place : List.of(home, Files.move(directory.resolve("server"), directory.resolve("a place")))) {
            List<String> loaded = classesOfACheck(place);
            List<String> read = loaded.stream()
                    .filter(line -> line.contains("source: file:") || line.contains("source: jrt:"))
                    .toList();
            assertTrue(loaded.size() > 1000 && read.size() < 20, read::toString);
        }
    }

    private List<String> classesOfACheck(Path place) throws Exception {
        Path log = directory.resolve("classes");
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("USHER_JAVA_OPTS", "-Xlog:class+load:file=" + log);
        Path yaml = Files.writeString(directory.resolve("usher.yaml"), "routes: { www.example.com: 192.0.2.1:443 }\n");
        try (Program check =
                Program.start(environment, List.of(place.resolve("usher").toString(), "check", yaml.toString()))) {
            assertEquals(0, check.exitCode(), check::all);
            assertEquals("", check.err().text());
        }
        return Files.readAllLines(log);
    }

    @Test
    void aFailedBuildLeavesTheOneBefore() throws Exception {
        let();
        build();
        Files.writeString(directory.resolve("bin/mvn"), "#!/bin/sh\necho no such symbol\nexit 1\n");
        touch();
        try (Program build = usher("build")) {
            assertEquals(69, build.exitCode());
            build.err().await("no such symbol");
        }
        try (Program version = usher("--version")) {
            says(version);
        }
    }
}
