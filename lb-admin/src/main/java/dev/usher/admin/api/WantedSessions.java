package dev.usher.admin.api;

import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.ProblemException;
import dev.usher.pool.SocketText;
import dev.usher.view.SessionIdentity;
import org.jspecify.annotations.Nullable;

/** The sessions that a question wants: {@code filter}, {@code pool} and {@code backend}. */
record WantedSessions(
        Filter filter, @Nullable String pool, @Nullable String backend) {
    static WantedSessions of(Question question) throws ProblemException {
        return new WantedSessions(question.filter(), question.parameter("pool"), question.parameter("backend"));
    }

    /** @param word further text for the filter to look at */
    boolean include(SessionIdentity who, String word) {
        return isWanted(pool, who.pool()) && isWanted(backend, who.backend()) && passes(who, word);
    }

    static boolean isWanted(@Nullable String wanted, @Nullable String value) {
        return wanted == null || wanted.equals(value);
    }

    private boolean passes(SessionIdentity who, String word) {
        return filter.wanted().isEmpty() // saves making a text of each address
                || filter.passes(
                        word,
                        who.cid(),
                        who.listener(),
                        SocketText.of(who.client()),
                        who.user(),
                        who.sni(),
                        who.route(),
                        who.pool(),
                        who.backend());
    }
}
