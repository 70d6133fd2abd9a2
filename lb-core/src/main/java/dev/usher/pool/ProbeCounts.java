package dev.usher.pool;

/**
 * Turns probe results into a verdict: {@code rise} successes in a row make a backend up, {@code fall} failures in a row
 * make it down. The very first result decides at once, so that a pool knows its backends after one round.
 *
 * <p>Not thread-safe: belongs to the one that probes this backend.
 */
final class ProbeCounts {
    private int inARow;
    private boolean lastSuccess;
    private BackendState verdict = BackendState.UNPROBED;

    /** Counts one result, and gives the verdict after it: UP or DOWN. */
    BackendState count(boolean success, int rise, int fall) {
        inARow = success == lastSuccess ? inARow + 1 : 1;
        lastSuccess = success;
        int needed = verdict == BackendState.UNPROBED ? 1 : success ? rise : fall;
        if (inARow >= needed) {
            verdict = success ? BackendState.UP : BackendState.DOWN;
        }
        return verdict;
    }

    BackendState verdict() {
        return verdict;
    }
}
