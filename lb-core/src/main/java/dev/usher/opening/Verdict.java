package dev.usher.opening;

/** The verdict on a backend from its first bytes. */
public enum Verdict {
    /** The backend serves. */
    ANSWER,
    /** The backend refuses this client, for the client's own request. */
    REFUSAL,
    /** The backend reports a fault of its own, never caused by a client. */
    FAULT,
    /** Too few bytes to tell. */
    UNCLEAR
}
