package dev.usher.admin;

import dev.usher.fuzz.Corpus;
import org.junit.jupiter.api.Test;

/** Goal: requests that have once been of interest keep the promises of the API. */
class CorpusTest {
    @Test
    void promisesAreKept() throws Exception {
        Corpus.check(ApiFuzz.class, ApiFuzz::fuzzerTestOneInput);
    }
}
