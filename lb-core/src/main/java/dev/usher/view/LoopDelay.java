package dev.usher.view;

import java.time.Duration;

/**
 * The delay of a posted task on a worker, the same as for any event there.
 *
 * @param waited the delay; a lower bound if not answered
 * @param answered false exactly if the task still waits: the worker is stuck, or nearly
 */
public record LoopDelay(Duration waited, boolean answered) {}
