package dev.usher.probe;

import dev.usher.pool.CertificateSeen;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.jspecify.annotations.Nullable;

/** The certificates that a backend showed in one handshake, whether or not the handshake succeeded. */
final class PeerCertificates {
    private static final int DNS_NAME = 2; // GeneralName, RFC 5280 section 4.2.1.6
    private static final int IP_ADDRESS = 7;
    /** A large provider's certificate has about a hundred names; more would only fill the memory. */
    private static final int MAX_NAMES = 1000;

    private X509Certificate @Nullable [] chain;
    private @Nullable String fault;

    void show(X509Certificate[] shown) {
        chain = shown;
    }

    void fault(String why) {
        fault = why;
    }

    @Nullable
    CertificateSeen seen() {
        if (chain == null || chain.length == 0) {
            return null;
        }
        X509Certificate leaf = chain[0];
        return new CertificateSeen(
                names(leaf),
                leaf.getSubjectX500Principal().getName(),
                leaf.getIssuerX500Principal().getName(),
                leaf.getSerialNumber().toString(16),
                leaf.getNotBefore().toInstant(),
                leaf.getNotAfter().toInstant(),
                chain.length,
                fault);
    }

    /** The alternative names; if there are none, the common name, as old clients would accept. */
    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.stream()
                        .filter(name -> name.get(0) instanceof Integer type && (type == DNS_NAME || type == IP_ADDRESS))
                        .limit(MAX_NAMES)
                        .forEach(name -> names.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT)));
            }
            if (names.isEmpty()) {
                new LdapName(certificate.getSubjectX500Principal().getName())
                        .getRdns().stream()
                                .filter(part -> part.getType().equalsIgnoreCase("CN"))
                                .forEach(part -> names.add(
                                        String.valueOf(part.getValue()).toLowerCase(Locale.ROOT)));
            }
        } catch (CertificateParsingException | InvalidNameException unreadable) {
            // A certificate with unreadable names counts as a certificate without names.
        }
        return names;
    }
}
