package dev.usher.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The built product, and the command line that starts it with the launcher's JVM options. */
public final class Product {
    private static final Path ROOT = root();
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final Path JVM_OPTIONS = file("deploy/jvm.options");
    private static final Path JAR = file("lb-server/target/usher.jar");

    private Product() {}

    /** Starts usher with these arguments. The list may be changed: options of the JVM go to index 1. */
    public static List<String> command(String... arguments) {
        return command(Quick.OPTIONS, arguments);
    }

    private static List<String> command(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA, "@" + JVM_OPTIONS));
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts a class of these tests with the classes of the product, and with the options of the JVM as usher has them. */
    static List<String> commandOf(Class<?> main) {
        String tests = Path.of(
                        main.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
        List<String> command = command();
        int jar = command.indexOf("-jar");
        return Stream.concat(command.subList(0, jar).stream(), Stream.of("-cp", JAR + ":" + tests, main.getName()))
                .toList();
    }

    /** A file of the source, whichever directory the tests run in. */
    public static Path file(String path) {
        return ROOT.resolve(path);
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(at.resolve("deploy/jvm.options"))) {
            at = at.getParent();
            if (at == null) {
                throw new AssertionError("deploy/jvm.options is in no directory above");
            }
        }
        return at;
    }

    /**
     * More options with {@code -Dusher.start=cached}: classes from a cache that the first start makes, as in the packages. With
     * {@code quick} one compiler as well, for processes that live for a second or two. A start takes 0.9 s of processor
     * time in place of 2.
     */
    private static final class Quick {
        private static final String START = System.getProperty("usher.start", "launcher");

        /**
         * Code in a cache of JDK 25 leads to warnings on stdout now and then; without code the cache helps as much. Profiles do not
         * pay, and the packages have none either.
         */
        private static final List<String> JVM = List.of(
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-AOTAdapterCaching",
                "-XX:-AOTStubCaching",
                "-XX:-AOTRecordTraining");

        static final List<String> OPTIONS = START.equals("launcher") ? List.of() : with("-XX:AOTCache=" + cache());

        private static List<String> with(String option) {
            Stream<String> compiler = START.equals("quick") ? Stream.of("-XX:TieredStopAtLevel=1") : Stream.of();
            return Stream.of(compiler, JVM.stream(), Stream.of(option))
                    .flatMap(each -> each)
                    .toList();
        }

        /** Made once, although several JVMs run tests. */
        private static Path cache() {
            Path cache = JAR.resolveSibling("usher-" + Runtime.version() + ".aot");
            try (FileChannel file = FileChannel.open(
                            JAR.resolveSibling("usher.aot.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = file.lock()) {
                if (!isFresh(cache)) {
                    make(cache);
                }
                return cache;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private static boolean isFresh(Path cache) throws IOException {
            if (!Files.exists(cache)) {
                return false;
            }
            try (Stream<Path> lib = Files.list(JAR.resolveSibling("lib"))) {
                for (Path part : Stream.concat(Stream.of(JAR, JVM_OPTIONS), lib).toList()) {
                    if (Files.getLastModifiedTime(part).compareTo(Files.getLastModifiedTime(cache)) >= 0) {
                        return false;
                    }
                }
            }
            return true;
        }

        /** Makes picocli fit for a cache, as the packages do: 100 ms of each start. */
        private static void restack() throws IOException, InterruptedException {
            try (DirectoryStream<Path> old = Files.newDirectoryStream(JAR.resolveSibling("lib"), "picocli-*.jar")) {
                for (Path jar : old) {
                    List<String> command =
                            List.of(JAVA, file("deploy/dist/Restack.java").toString(), jar.toString());
                    try (Program restack = Program.start("restack", command)) {
                        if (restack.exitCode() != 0) {
                            throw new AssertionError("picocli is as it was: " + restack.all());
                        }
                    }
                }
            }
        }

        private static void make(Path cache) throws IOException, InterruptedException {
            Files.deleteIfExists(cache);
            restack();
            Path yaml = Files.writeString(Program.directory("cache").resolve("usher.yaml"), """
                    listeners: { in: { bind: "127.0.0.1:0" } }
                    routes: { www.example.com: "127.0.0.1:1" }
                    admin: { bind: "127.0.0.1:0" }
                    """);
            List<String> command = command(with("-XX:AOTCacheOutput=" + cache), "run", yaml.toString());
            try (Program usher = Program.start("cache", command)) {
                String admin = usher.awaitPrinted("dashboard: (http\\S+)").group(1);
                usher.awaitPrinted("is ready");
                URI.create(admin + "api/v1/status").toURL().openStream().close();
                usher.signal("TERM");
                if (usher.exitCode() != 0 || !Files.exists(cache)) {
                    throw new AssertionError("no cache was made: " + usher.all());
                }
            }
        }
    }
}
