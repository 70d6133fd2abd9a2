package dev.usher.admin;

import dev.usher.LoadBalancer;
import org.jspecify.annotations.Nullable;

/**
 * Where the process is on its way: from STARTING to SERVING to DRAINING, never back. Any thread.
 */
public final class Lifecycle {
    /** What the process does. */
    public enum State {
        /** No connection is taken yet. */
        STARTING,
        SERVING,
        /** It goes on serving for a while, so that others send nothing new; then it only finishes. */
        DRAINING
    }

    private volatile @Nullable LoadBalancer balancer;

    /** There is one that serves. */
    void serves(LoadBalancer started) {
        balancer = started;
    }

    public State state() {
        LoadBalancer serving = balancer;
        if (serving == null) {
            return State.STARTING;
        }
        return serving.draining() ? State.DRAINING : State.SERVING;
    }
}
