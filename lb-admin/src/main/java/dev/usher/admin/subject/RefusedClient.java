package dev.usher.admin.subject;

import dev.usher.config.ListenerType;
import dev.usher.config.Spelling;
import dev.usher.end.CloseReason;
import dev.usher.end.Ending;
import dev.usher.end.Refusal;
import dev.usher.http.Answer;
import dev.usher.opening.HttpOpening;
import dev.usher.opening.TlsOpening;
import dev.usher.tls.Alert;

/** Effect of a refusal on the client. */
public final class RefusedClient {
    private RefusedClient() {}

    /** The effect in words, to follow "the client sees". */
    public static String sees(CloseReason reason, ListenerType type) {
        Refusal refusal = reason.refusal();
        if (refusal != null && type.speaksTls()) {
            Alert alert = TlsOpening.alert(refusal);
            return "the TLS alert " + Spelling.snake(alert) + " (" + alert.description() + ")";
        }
        if (refusal != null && type.speaksHttp()) {
            return sees(HttpOpening.answer(refusal));
        }
        return refusal != null || reason.ending() == Ending.RESET
                ? "the connection reset"
                : "the connection closed, without " + (type.speaksHttp() ? "an answer" : "a TLS alert");
    }

    /** The effect of an HTTP answer. */
    public static String sees(Answer answer) {
        return "the answer " + answer.statusLine();
    }
}
