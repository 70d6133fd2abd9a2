package dev.usher.probe;

import dev.usher.pool.CertificateSeen;
import dev.usher.pool.ProbeOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What one probe found.
 *
 * @param text in words: what succeeded, or what failed and how
 * @param nanos how long it took
 * @param certificate what the backend showed; null where no handshake got so far
 */
public record ProbeResult(
        ProbeOutcome outcome,
        String text,
        long nanos,
        @Nullable CertificateSeen certificate) {}
