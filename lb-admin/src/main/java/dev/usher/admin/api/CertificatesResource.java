package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.ProblemException;
import dev.usher.view.BackendView;
import dev.usher.view.CoalescingHazard;
import dev.usher.view.PoolView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@code /certificates}. */
public final class CertificatesResource {
    /**
     * Limit of hazards that a filter looks through. More hazards than this have a common cause, visible in the first.
     */
    private static final int MAX_HAZARDS = 20_000;

    private final LoadBalancer balancer;

    public CertificatesResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Certificates(List<BackendCertificate> certificates, List<Hazard> hazards, int total) {}

    private record BackendCertificate(String pool, String backend, CertificateJson certificate) {}

    private record Hazard(
            String listener, String pool, String backend, String covered, String route, String otherPool, String text) {
        static Hazard of(CoalescingHazard hazard) {
            return new Hazard(
                    hazard.listener(),
                    hazard.pool(),
                    hazard.backend(),
                    hazard.covered(),
                    hazard.route(),
                    hazard.otherPool(),
                    hazard.text());
        }
    }

    /** {@code GET}. */
    public Object list(Question question) throws ProblemException {
        Filter filter = question.filter();
        List<BackendCertificate> all = shown();
        List<BackendCertificate> certificates = all.stream()
                .filter(each -> passes(each, filter))
                .sorted(Comparator.comparing(each -> each.certificate().notAfter()))
                .limit(question.limit())
                .toList();
        List<Hazard> hazards = balancer.looks().coalescingHazards(MAX_HAZARDS).stream()
                .map(Hazard::of)
                .filter(hazard -> filter.passes(
                        hazard.pool(), hazard.backend(), hazard.covered(), hazard.route(), hazard.otherPool()))
                .limit(question.limit())
                .toList();
        return new Certificates(certificates, hazards, all.size());
    }

    private List<BackendCertificate> shown() {
        List<BackendCertificate> shown = new ArrayList<>();
        for (PoolView pool : balancer.looks().pools()) {
            for (BackendView backend : pool.backends()) {
                if (backend.certificate() != null) {
                    shown.add(new BackendCertificate(
                            pool.name(),
                            backend.address(),
                            CertificateJson.of(backend.certificate(), backend.warnExpiry())));
                }
            }
        }
        return shown;
    }

    private static boolean passes(BackendCertificate shown, Filter filter) {
        return filter.passes(
                        shown.pool(),
                        shown.backend(),
                        shown.certificate().subject(),
                        shown.certificate().issuer())
                || shown.certificate().names().stream().anyMatch(filter::passes);
    }
}
