package dev.usher.http;

import java.util.regex.Pattern;

/** A request of an ACME server that looks whether a client controls a name (RFC 8555 section 8.3). */
public final class AcmeChallenge {
    /** A token has characters of base64url alone; the upper end is far above any known token. */
    private static final Pattern PATH = Pattern.compile("/\\.well-known/acme-challenge/[A-Za-z0-9_-]{1,256}");

    private AcmeChallenge() {}

    /** Whether a request asks for a token, and does nothing else. */
    public static boolean isAskedForBy(RequestHead head) {
        return head.isPlainLook() && isPath(head.path());
    }

    /** Whether a path with its query is of a token. */
    public static boolean isPath(String path) {
        return PATH.matcher(path).matches();
    }
}
