package dev.usher.loop;

import java.util.Locale;

/** Why a listening socket stops to accept for a while; connections then wait in the kernel's queue. */
public enum AcceptPause {
    /** The listener has as many connections as it may. */
    LISTENER_FULL,
    /** All listeners together have as many connections as they may. */
    ALL_FULL,
    /** There are no descriptors for one more, or the system gave none. */
    NO_DESCRIPTORS,
    /** A fault in usher: whatever it is, it must not spin. */
    BUG;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As metrics have it: the constant in snake_case. */
    public String word() {
        return word;
    }
}
