package dev.usher.view;

import java.time.Duration;

/**
 * How long a task that was posted to a worker waited for its turn: what any event waits there.
 *
 * @param waited so long; at least so long where it was not answered
 * @param answered false exactly if the task still waits: the worker is stuck, or nearly
 */
public record LoopDelay(Duration waited, boolean answered) {}
