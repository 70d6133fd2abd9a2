package dev.usher.relay;

import dev.usher.loop.AcceptPause;
import dev.usher.metrics.Counter;
import dev.usher.metrics.EnumCounters;
import dev.usher.metrics.Latency;

/** What one worker counts of one listener. */
public final class ListenerMetrics {
    private final Counter accepted = new Counter();
    private final Counter open = new Counter();
    private final EnumCounters<CloseReason> ended = new EnumCounters<>(CloseReason.class);
    private final EnumCounters<AcceptPause> acceptPauses = new EnumCounters<>(AcceptPause.class);
    private final Latency hello = new Latency();

    public Counter accepted() {
        return accepted;
    }

    /** Connections open now. */
    public Counter open() {
        return open;
    }

    public EnumCounters<CloseReason> ended() {
        return ended;
    }

    /** Times that accepting stopped for a while. */
    public EnumCounters<AcceptPause> acceptPauses() {
        return acceptPauses;
    }

    /** From accept to a whole hello. */
    public Latency hello() {
        return hello;
    }
}
