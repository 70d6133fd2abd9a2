package dev.usher.view;

/**
 * Requests that browsers may send to the wrong pool. A browser reuses an HTTP/2 connection for another name if both names
 * have one address and the certificate that it was shown covers both (RFC 9113 section 9.1.1); what relays bytes unread
 * cannot send such a request elsewhere. To end it, give the two names certificates that do not cover each other, or one
 * pool, or have the backend answer 421.
 *
 * @param listener where both names are served
 * @param pool whose backend showed the certificate
 * @param backend that one
 * @param covered the name of the certificate that covers the route's
 * @param route the other route
 * @param otherPool where that one goes to
 */
public record CoalescingHazard(
        String listener, String pool, String backend, String covered, String route, String otherPool) {
    /** In one sentence, for a log. */
    public String text() {
        String certificate = covered.equals(route)
                ? "its certificate covers route "
                : "its certificate for " + covered + " also covers route ";
        return certificate + route + ", which goes to pool " + otherPool
                + ": browsers may reuse an HTTP/2 connection and send that route's requests here";
    }
}
