package dev.usher.watch;

import dev.usher.config.Units;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.time.Clock;
import dev.usher.view.NameCount;
import dev.usher.view.TopNames;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reports text that clients send in place of a server name, the most frequent first. Workers only count names. Clients
 * choose the text: so a name is reported once in some minutes, and few names within these minutes.
 */
public final class RefusedNames {
    /** A question for the names most asked for by clients. */
    @FunctionalInterface
    public interface Question {
        /**
         * The names most asked for, the highest count first.
         *
         * @throws IOException if a worker does not answer
         */
        TopNames ask(Predicate<NameCount> wanted, int most) throws IOException;
    }

    private final Events events;
    private final Clock clock;
    private final Question names;
    private final FewTexts told = new FewTexts();
    private final RefusalRounds rounds;

    public RefusedNames(Events events, Clock clock, Question names) {
        this.events = events;
        this.clock = clock;
        this.names = names;
        this.rounds = new RefusalRounds(clock);
    }

    /**
     * Asks for names if more have been refused. Called about once a second, by one thread.
     *
     * @param refused number of clients refused for their name so far
     */
    public void look(long refused) {
        Instant before = rounds.begin(refused);
        if (before == null) {
            return;
        }
        long now = clock.nanos();
        told.forget(now);
        for (NameCount name : since(before)) {
            tell(name, now);
        }
    }

    private List<NameCount> since(Instant time) {
        try {
            return names.ask(
                            name -> !name.valid() && !name.lastSeen().isBefore(time) && !told.has(name.name()),
                            FewTexts.MOST + 1)
                    .names();
        } catch (IOException busy) {
            return List.of(); // a worker does not answer, a worse fault, visible in its loop delay
        }
    }

    private void tell(NameCount name, long nowNanos) {
        switch (told.next(name.name(), nowNanos)) {
            case TELL -> events.add(Kind.WARNING, "server name " + FewTexts.quoted(name.name()), text(name));
            case SAY_MORE ->
                events.add(
                        Kind.WARNING,
                        "server names",
                        "clients ask for more names that are not host names; the page Names and the access log have them");
            case NOTHING -> {}
        }
    }

    private static String text(NameCount name) {
        return "refused (invalid_name), " + Units.counted(Math.max(1, name.count() - name.error()), "request")
                + " so far: not a host name. Check the clients: the name may have a port, an address or a path in it";
    }
}
