package dev.usher.probe;

import dev.usher.pool.CertificateSeen;
import dev.usher.pool.ProbeOutcome;
import org.jspecify.annotations.Nullable;

/**
 * The result of a probe.
 *
 * @param text in words: the success, or the failure and its cause
 * @param nanos duration of the probe
 * @param certificate certificate of the backend; null if no handshake got far enough
 */
public record ProbeResult(
        ProbeOutcome outcome,
        String text,
        long nanos,
        @Nullable CertificateSeen certificate) {}
