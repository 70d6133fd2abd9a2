package dev.usher.metrics;

/** Ended sessions and their bytes: of a route, a listener or a backend. Any thread. */
public final class Traffic {
    private final PacedCounter sessions = new PacedCounter();
    private final PacedCounter received = new PacedCounter();
    private final PacedCounter sent = new PacedCounter();

    /**
     * Counts an ended session.
     *
     * @param fromClient bytes passed on from the client
     * @param toClient bytes passed on to the client
     */
    public void ended(long fromClient, long toClient) {
        sessions.increment();
        received.add(fromClient);
        sent.add(toClient);
    }

    /** Takes a sample for the rates. A single thread. */
    public void sample(MinuteClock.Tick tick) {
        sessions.sample(tick);
        received.sample(tick);
        sent.sample(tick);
    }

    /** The figures of now. */
    public Figures figures() {
        return new Figures(
                sessions.total(),
                received.total(),
                sent.total(),
                sessions.perSecond(),
                received.perSecond() + sent.perSecond());
    }

    /**
     * Figures of a moment.
     *
     * @param sessions ended
     * @param receivedBytes from clients
     * @param sentBytes to clients
     * @param sessionsPerSecond over the last minute
     * @param bytesPerSecond over the last minute, both directions together
     */
    public record Figures(
            long sessions, long receivedBytes, long sentBytes, double sessionsPerSecond, double bytesPerSecond) {
        public static final Figures NONE = new Figures(0, 0, 0, 0, 0);

        /** The sum of two places. */
        public Figures plus(Figures other) {
            return new Figures(
                    sessions + other.sessions,
                    receivedBytes + other.receivedBytes,
                    sentBytes + other.sentBytes,
                    sessionsPerSecond + other.sessionsPerSecond,
                    bytesPerSecond + other.bytesPerSecond);
        }
    }
}
