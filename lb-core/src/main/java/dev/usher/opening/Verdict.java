package dev.usher.opening;

/** What the first bytes of a backend say of it. */
public enum Verdict {
    /** It serves. */
    ANSWER,
    /** It refuses this client, for the client's own request. */
    REFUSAL,
    /** It says that it cannot serve, which no client can cause. */
    FAULT,
    /** Too few bytes to tell. */
    UNCLEAR
}
