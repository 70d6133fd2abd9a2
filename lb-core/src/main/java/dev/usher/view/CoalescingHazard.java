package dev.usher.view;

/**
 * A risk that browsers send requests to the wrong pool. A browser reuses an HTTP/2 connection for a second name if both
 * names share an address and the certificate covers both (RFC 9113 section 9.1.1); a relay that reads no requests
 * cannot send such a request elsewhere. Remedies: certificates that do not cover each other's names, the same pool for
 * both names, or a backend that answers 421.
 *
 * @param listener listener of both names
 * @param pool whose backend showed the certificate
 * @param backend address of the backend that showed the certificate
 * @param covered name in the certificate that covers the route
 * @param route route whose requests may go astray
 * @param otherPool pool of the route
 */
public record CoalescingHazard(
        String listener, String pool, String backend, String covered, String route, String otherPool) {
    /** The hazard in one sentence, for a log. */
    public String text() {
        String certificate = covered.equals(route)
                ? "its certificate covers route "
                : "its certificate for " + covered + " also covers route ";
        return certificate + route + ", which goes to pool " + otherPool
                + ": browsers may reuse an HTTP/2 connection and send that route's requests here";
    }
}
