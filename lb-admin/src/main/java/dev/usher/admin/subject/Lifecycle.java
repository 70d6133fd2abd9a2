package dev.usher.admin.subject;

import dev.usher.LoadBalancer;
import org.jspecify.annotations.Nullable;

/** State of the process: from STARTING to SERVING to DRAINING, never back. Any thread. */
public final class Lifecycle {
    /** STARTING, SERVING, then DRAINING. */
    public enum State {
        /** No connections are accepted yet. */
        STARTING,
        SERVING,
        /**
         * Still serving for the readiness delay, so that clients go elsewhere; after the delay only open sessions are
         * finished.
         */
        DRAINING
    }

    private volatile @Nullable LoadBalancer balancer;

    /** Reports that the load balancer serves. */
    public void serves(LoadBalancer started) {
        balancer = started;
    }

    public State state() {
        LoadBalancer serving = balancer;
        if (serving == null) {
            return State.STARTING;
        }
        return serving.draining() ? State.DRAINING : State.SERVING;
    }

    /** True while connections are taken. While draining, until the readiness delay is over. */
    public boolean listens() {
        LoadBalancer serving = balancer;
        return serving != null && serving.listens();
    }
}
