package dev.usher.pool;

/** The finding of one probe. */
public enum ProbeOutcome {
    SUCCESS,
    /** The backend, or the network, has said no. */
    FAILURE,
    /** Nothing was said in time: the fault of the backend, of the network, or of this machine. */
    TIMEOUT,
    /** Nothing at all: this machine had no descriptor or port left for it, which is not the backend's fault. */
    NOT_MADE
}
