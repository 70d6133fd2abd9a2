package dev.usher.admin.attention;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
import dev.usher.config.Units;
import dev.usher.pool.CertificateSeen;
import dev.usher.view.BackendView;
import dev.usher.view.CoalescingHazard;
import dev.usher.view.PoolView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Entries about certificates that probes have seen. */
final class CertificateAttention {
    private CertificateAttention() {}

    static void of(PoolView pool, BackendView backend, List<Entry> entries) {
        CertificateSeen seen = backend.certificate();
        if (seen == null) {
            return;
        }
        Duration ahead = backend.warnExpiry();
        Duration left = Duration.between(Instant.now(), seen.notAfter());
        String text = null;
        if (ahead != null && left.isNegative()) {
            text = "its certificate expired " + Units.span(left.negated()) + " ago, on " + seen.notAfter()
                    + ": browsers refuse it. Renew it on the backend";
        } else if (ahead != null && left.compareTo(ahead) < 0) {
            text = "its certificate expires in " + Units.span(left) + ", on " + seen.notAfter()
                    + ". Renew it on the backend";
        } else if (seen.fault() != null) {
            text = "its certificate does not verify: " + seen.fault();
        }
        if (text != null) {
            entries.add(new Entry(
                    Severity.WARNING,
                    Kind.CERTIFICATE,
                    Attention.subject(backend.address(), pool.name()),
                    text,
                    left.isNegative() ? seen.notAfter() : null,
                    "certificates?filter=" + Attention.escaped(backend.address())));
        }
    }

    /** A browser may send a name to the wrong pool, since a certificate covers names of two pools. */
    static Entry ofHazard(CoalescingHazard hazard) {
        return new Entry(
                Severity.WARNING,
                Kind.COALESCING,
                Attention.subject(hazard.backend(), hazard.pool()),
                hazard.text() + ". Give the names certificates of their own, or one pool",
                null,
                "certificates?filter=" + Attention.escaped(hazard.route()));
    }
}
