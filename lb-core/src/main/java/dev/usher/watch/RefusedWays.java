package dev.usher.watch;

import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.time.Clock;
import dev.usher.view.FailedSession;
import dev.usher.view.FailuresView;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reports names with addresses closed to clients, and names with a way back to usher. Clients choose
 * the names: so few are reported.
 */
public final class RefusedWays {
    public static final Set<CloseReason> REASONS = Set.of(CloseReason.ADDRESS_REFUSED, CloseReason.LOOP);

    private static final int MOST_ASKED = 100;

    /** A question for the last failed sessions. */
    @FunctionalInterface
    public interface Question {
        /**
         * The newest of the wanted sessions.
         *
         * @throws IOException if a worker does not answer
         */
        FailuresView ask(Predicate<FailedSession> wanted, int most) throws IOException;
    }

    private final Events events;
    private final Clock clock;
    private final Question failures;
    private final FewTexts told = new FewTexts();
    private final RefusalRounds rounds;

    public RefusedWays(Events events, Clock clock, Question failures) {
        this.events = events;
        this.clock = clock;
        this.failures = failures;
        this.rounds = new RefusalRounds(clock);
    }

    /**
     * Asks for sessions if more have been refused. Called about once a second, by one thread.
     *
     * @param refused number of sessions ended for the {@link #REASONS} so far
     */
    public void look(long refused) {
        Instant before = rounds.begin(refused);
        if (before == null) {
            return;
        }
        long now = clock.nanos();
        told.forget(now);
        since(before).forEach(session -> tell(session, now));
    }

    private List<FailedSession> since(Instant time) {
        try {
            return failures.ask(
                            session -> isRefused(session) && !session.at().isBefore(time) && !told.has(key(session)),
                            MOST_ASKED)
                    .sessions();
        } catch (IOException busy) {
            return List.of(); // a worker does not answer, a worse fault, visible in its loop delay
        }
    }

    private static boolean isRefused(FailedSession session) {
        return REASONS.stream().anyMatch(reason -> reason.word().equals(session.reason()));
    }

    private void tell(FailedSession session, long nowNanos) {
        switch (told.next(key(session), nowNanos)) {
            case TELL -> events.add(Kind.WARNING, subject(session), text(session));
            case SAY_MORE ->
                events.add(
                        Kind.WARNING,
                        "server names",
                        "clients ask for more names that lead where they may not be led, or back to usher; the access log "
                                + "has them");
            case NOTHING -> {}
        }
    }

    private static String key(FailedSession session) {
        return session.reason() + " " + session.identity().sni() + " "
                + session.identity().pool();
    }

    private static String subject(FailedSession session) {
        String name = session.identity().sni();
        return name == null ? "listener " + session.identity().listener() : "server name " + FewTexts.quoted(name);
    }

    private static String text(FailedSession session) {
        return session.reason().equals(CloseReason.LOOP.word())
                ? "refused (loop): the way leads back to usher, by the address of a backend or over other machines. Find out "
                        + "what the name leads to; usher explain says the backends"
                : "refused (address_refused): pool " + session.identity().pool()
                        + " leads to public addresses, and to those in its to. usher explain says which address it was";
    }
}
