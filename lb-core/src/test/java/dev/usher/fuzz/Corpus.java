package dev.usher.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.usher.testing.Rounds;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** The known inputs of a target, tried without a fuzzer. */
public final class Corpus {
    /** Places to cut an input of any length. */
    private static final int CUTS = Rounds.of(64);
    /** An input takes milliseconds; an endless loop takes for ever, on a busy machine too. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Globs of files that are inputs as well, each line with its target; from the root of the source. */
    private static final Path SEEDS = Path.of("src", "test", "seeds.txt");

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private Corpus() {}

    /** The method {@code fuzzerTestOneInput} of a target. */
    @FunctionalInterface
    public interface Target {
        void read(byte[] input) throws Exception;
    }

    /** {@link #check} as a test of its own. */
    public static DynamicTest test(Class<?> target, Target reads) {
        return DynamicTest.dynamicTest(target.getSimpleName(), () -> check(target, reads));
    }

    /** Tries the target's own inputs whole and cut, and the files of {@code seeds.txt} whole. */
    public static void check(Class<?> target, Target reads) throws Exception {
        for (Path file : of(target)) {
            byte[] input = Files.readAllBytes(file);
            int step = Math.max(1, input.length / CUTS);
            for (int end = input.length; end >= 0; end -= step) {
                check(Arrays.copyOf(input, end), reads, file + " up to byte " + end);
            }
        }
        for (Path file : seeds(target)) {
            check(Files.readAllBytes(file), reads, file.toString());
        }
    }

    private static void check(byte[] input, Target reads, String what) {
        assertTimeoutPreemptively(PATIENCE, () -> assertDoesNotThrow(() -> reads.read(input), what), what);
    }

    /** The target's own inputs, in the order of their names. */
    static List<Path> of(Class<?> target) throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(target.getResource(target.getSimpleName()), "no corpus of " + target);
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            List<Path> corpus = files.sorted().toList();
            assertFalse(corpus.isEmpty());
            return corpus;
        }
    }

    private static List<Path> seeds(Class<?> target) throws IOException {
        List<Path> seeds = new ArrayList<>();
        for (String line : Files.exists(SEEDS) ? Files.readAllLines(SEEDS) : List.<String>of()) {
            String[] words = line.split(" ", -1);
            if (words[0].equals(target.getSimpleName())) {
                List<Path> files = matching(words[1]);
                assertFalse(files.isEmpty(), line);
                seeds.addAll(files);
            }
        }
        return seeds;
    }

    /** Files of a glob with stars behind the last but one slash alone, so that a shell finds the same. */
    private static List<Path> matching(String glob) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + ROOT.resolve(glob));
        String fixed = glob.substring(0, (glob + "*").indexOf('*'));
        Path top = ROOT.resolve(fixed.substring(0, fixed.lastIndexOf('/')));
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(matcher::matches).sorted().toList();
        }
    }
}
