package dev.usher.server;

import dev.usher.fuzz.Corpus;
import dev.usher.fuzz.Corpus.Target;
import dev.usher.server.control.ProtocolFuzz;
import dev.usher.server.convert.ConvertFuzz;
import dev.usher.server.sources.OfferFuzz;
import dev.usher.server.yaml.ConfigFuzz;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: inputs that have once been of interest keep the promises of their target. */
class CorpusTest {
    static Stream<Arguments> targets() {
        return Stream.of(
                target(ConfigFuzz.class, ConfigFuzz::fuzzerTestOneInput),
                target(ConvertFuzz.class, ConvertFuzz::fuzzerTestOneInput),
                target(OfferFuzz.class, OfferFuzz::fuzzerTestOneInput),
                target(ProtocolFuzz.class, ProtocolFuzz::fuzzerTestOneInput),
                target(CommandLineFuzz.class, CommandLineFuzz::fuzzerTestOneInput));
    }

    private static Arguments target(Class<?> target, Target reads) {
        return Arguments.of(target, reads);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void promisesAreKept(Class<?> target, Target reads) throws Exception {
        Corpus.check(target, reads);
    }
}
