package dev.usher.fuzz;

import dev.usher.fuzz.Corpus.Target;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: inputs that have once been of interest keep the promises of their target, whole and cut. */
class CorpusTest {
    static Stream<Arguments> targets() {
        return Stream.of(
                target(HelloFuzz.class, HelloFuzz::fuzzerTestOneInput),
                target(ProxyHeaderFuzz.class, ProxyHeaderFuzz::fuzzerTestOneInput),
                target(HttpFuzz.class, HttpFuzz::fuzzerTestOneInput),
                target(SocksFuzz.class, SocksFuzz::fuzzerTestOneInput),
                target(ConnectFuzz.class, ConnectFuzz::fuzzerTestOneInput),
                target(NotTlsFuzz.class, NotTlsFuzz::fuzzerTestOneInput),
                target(AddressFuzz.class, AddressFuzz::fuzzerTestOneInput));
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
