package dev.usher.probe;

import java.security.SignatureException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Causes of failed handshakes, in words for a backend's operator instead of the JDK's. */
final class TlsFault {
    private static final Pattern WRONG_NAME = Pattern.compile("matching (?:IP address )?(\\S+) found");
    /** The alert name that the JDK puts in front of its messages. */
    private static final Pattern ALERT = Pattern.compile("^\\([a-z_]+\\) ");

    private TlsFault() {}

    static String text(Exception fault) {
        Throwable root = root(fault);
        String message = String.valueOf(root.getMessage());
        // a handshake message; only a certificate chain is so long
        if (message.contains("exceeds the maximum allowed size")) {
            return "its certificate chain is over 32 KiB, which probes do not read and many clients refuse: shorten it, or "
                    + "start usher with -Djdk.tls.maxHandshakeMessageSize=65536";
        }
        return switch (root) {
            case CertPathBuilderException _, SignatureException _ ->
                "its certificate is not signed by a known authority; set health_check.trust_store, or verify: false";
            case CertificateExpiredException _ -> "its certificate has expired (" + message + ")";
            case CertificateNotYetValidException _ -> "its certificate is not valid yet (" + message + ")";
            default -> {
                Matcher name = WRONG_NAME.matcher(message);
                yield name.find()
                        ? "its certificate does not cover " + name.group(1)
                        : ALERT.matcher(message).replaceFirst("");
            }
        };
    }

    private static Throwable root(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
