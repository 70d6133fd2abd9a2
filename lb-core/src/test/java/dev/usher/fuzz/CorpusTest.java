package dev.usher.fuzz;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Goal: inputs that have once been of interest keep the promises of their target, whole and cut. */
class CorpusTest {
    @TestFactory
    Stream<DynamicTest> promisesAreKept() {
        return Stream.of(
                Corpus.test(HelloFuzz.class, HelloFuzz::fuzzerTestOneInput),
                Corpus.test(ProxyHeaderFuzz.class, ProxyHeaderFuzz::fuzzerTestOneInput),
                Corpus.test(HttpFuzz.class, HttpFuzz::fuzzerTestOneInput),
                Corpus.test(SocksFuzz.class, SocksFuzz::fuzzerTestOneInput),
                Corpus.test(ConnectFuzz.class, ConnectFuzz::fuzzerTestOneInput),
                Corpus.test(NotTlsFuzz.class, NotTlsFuzz::fuzzerTestOneInput),
                Corpus.test(AddressFuzz.class, AddressFuzz::fuzzerTestOneInput));
    }
}
