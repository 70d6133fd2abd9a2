package dev.usher.kubernetes;

/**
 * Opinion of usher on a part of an object, as a condition of the status.
 *
 * @param type of the condition, such as {@code Accepted}
 * @param reason one of the reasons of the Gateway API for this type
 * @param message for people
 */
record Verdict(String type, boolean holds, String reason, String message) {
    static final String ACCEPTED = "Accepted";
    static final String PROGRAMMED = "Programmed";
    static final String RESOLVED_REFS = "ResolvedRefs";
    static final String CONFLICTED = "Conflicted";

    static Verdict yes(String type, String reason) {
        return new Verdict(type, true, reason, "");
    }

    static Verdict no(String type, String reason, String message) {
        return new Verdict(type, false, reason, message);
    }
}
