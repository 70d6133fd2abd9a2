/**
 * Parsers of bytes and texts from outside, each as a target for a fuzzer: a class with {@code fuzzerTestOneInput}. A target throws
 * where a promise is broken. {@code .ci/fuzz} looks for inputs; {@link dev.usher.fuzz.CorpusTest} tries the known ones.
 */
@NullMarked
package dev.usher.fuzz;

import org.jspecify.annotations.NullMarked;
