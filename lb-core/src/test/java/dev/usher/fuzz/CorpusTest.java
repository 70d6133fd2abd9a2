package dev.usher.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: inputs that have once been of interest keep the promises of their target, whole and cut. */
class CorpusTest {
    /** Places to cut an input of any length. */
    private static final int CUTS = 64;

    static Stream<Arguments> targets() {
        return Stream.of(
                target(HelloFuzz.class, HelloFuzz::fuzzerTestOneInput),
                target(ProxyHeaderFuzz.class, ProxyHeaderFuzz::fuzzerTestOneInput),
                target(HttpFuzz.class, HttpFuzz::fuzzerTestOneInput),
                target(SocksFuzz.class, SocksFuzz::fuzzerTestOneInput),
                target(ConnectFuzz.class, ConnectFuzz::fuzzerTestOneInput),
                target(NotTlsFuzz.class, NotTlsFuzz::fuzzerTestOneInput));
    }

    private static Arguments target(Class<?> target, Consumer<byte[]> reads) {
        return Arguments.of(target, reads);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void promisesAreKept(Class<?> target, Consumer<byte[]> reads) throws Exception {
        for (Path file : corpus(target)) {
            byte[] input = Files.readAllBytes(file);
            int step = Math.max(1, input.length / CUTS);
            for (int end = input.length; end >= 0; end -= step) {
                byte[] cut = Arrays.copyOf(input, end);
                assertDoesNotThrow(() -> reads.accept(cut), file + " up to byte " + end);
            }
        }
    }

    /** The known inputs of {@code target}, in the order of their names. */
    static List<Path> corpus(Class<?> target) throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(target.getResource(target.getSimpleName()), "no corpus of " + target);
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            List<Path> corpus = files.sorted().toList();
            assertFalse(corpus.isEmpty());
            return corpus;
        }
    }
}
