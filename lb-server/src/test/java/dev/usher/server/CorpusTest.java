package dev.usher.server;

import dev.usher.fuzz.Corpus;
import dev.usher.server.control.ProtocolFuzz;
import dev.usher.server.convert.ConvertFuzz;
import dev.usher.server.sources.OfferFuzz;
import dev.usher.server.yaml.ConfigFuzz;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Goal: inputs that have once been of interest keep the promises of their target. */
class CorpusTest {
    @TestFactory
    Stream<DynamicTest> promisesAreKept() {
        return Stream.of(
                Corpus.test(ConfigFuzz.class, ConfigFuzz::fuzzerTestOneInput),
                Corpus.test(ConvertFuzz.class, ConvertFuzz::fuzzerTestOneInput),
                Corpus.test(OfferFuzz.class, OfferFuzz::fuzzerTestOneInput),
                Corpus.test(ProtocolFuzz.class, ProtocolFuzz::fuzzerTestOneInput),
                Corpus.test(CommandLineFuzz.class, CommandLineFuzz::fuzzerTestOneInput));
    }
}
