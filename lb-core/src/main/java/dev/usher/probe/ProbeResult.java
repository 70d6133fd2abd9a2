package dev.usher.probe;

import dev.usher.pool.CertificateSeen;
import org.jspecify.annotations.Nullable;

/**
 * What one probe found.
 *
 * @param text in words: what succeeded, or what failed and how
 * @param nanos how long it took
 * @param certificate what the backend showed; null where no handshake got so far
 */
public record ProbeResult(
        Outcome outcome, String text, long nanos, @Nullable CertificateSeen certificate) {
    /** What a probe says of the backend. */
    public enum Outcome {
        SUCCESS,
        FAILURE,
        /** Nothing: this machine had no descriptor or port left for it, which is not the backend's fault. */
        NOT_MADE
    }
}
