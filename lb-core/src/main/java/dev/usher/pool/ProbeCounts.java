package dev.usher.pool;

/**
 * Turns probe results into a verdict: {@code rise} successes in a row make a backend up, {@code fall} failures in a row
 * make it down. The very first success or refusal decides at once, so that a pool has verdicts after one round. A first
 * time-out says little, since this machine may be the slow part: it only counts towards {@code fall}.
 *
 * <p>Not thread-safe: belongs to the prober of this backend.
 */
final class ProbeCounts {
    private int inARow;
    private boolean lastSuccess;
    private BackendState verdict = BackendState.UNPROBED;

    /** Counts a result and returns the new verdict: UP, DOWN, or UNPROBED after nothing but time-outs. */
    BackendState count(ProbeOutcome outcome, int rise, int fall) {
        if (outcome == ProbeOutcome.NOT_MADE) {
            return verdict;
        }
        boolean success = outcome == ProbeOutcome.SUCCESS;
        inARow = success == lastSuccess ? inARow + 1 : 1;
        lastSuccess = success;
        if (inARow >= needed(outcome, rise, fall)) {
            verdict = success ? BackendState.UP : BackendState.DOWN;
        }
        return verdict;
    }

    private int needed(ProbeOutcome outcome, int rise, int fall) {
        boolean first = verdict == BackendState.UNPROBED;
        return switch (outcome) {
            case SUCCESS -> first ? 1 : rise;
            case FAILURE -> first ? 1 : fall;
            case TIMEOUT, NOT_MADE -> fall;
        };
    }

    BackendState verdict() {
        return verdict;
    }
}
