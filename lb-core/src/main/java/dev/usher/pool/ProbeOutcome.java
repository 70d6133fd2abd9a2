package dev.usher.pool;

/** The outcome of a probe. */
public enum ProbeOutcome {
    SUCCESS,
    /** The backend or the network refused. */
    FAILURE,
    /** No answer in time: the fault of the backend, of the network, or of this machine. */
    TIMEOUT,
    /** No probe was made: this machine had no descriptor, port or memory left, which is not the backend's fault. */
    NOT_MADE;

    /** Whether a probe was made without success. */
    boolean isFailure() {
        return this == FAILURE || this == TIMEOUT;
    }
}
