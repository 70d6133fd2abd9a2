package dev.usher.admin.subject;

import dev.usher.config.ListenerType;
import dev.usher.config.Spelling;
import dev.usher.end.CloseReason;
import dev.usher.end.Ending;
import dev.usher.end.Refusal;
import dev.usher.http.Answer;
import dev.usher.opening.ConnectOpening;
import dev.usher.opening.HttpOpening;
import dev.usher.opening.SocksOpening;
import dev.usher.opening.TlsOpening;
import dev.usher.tls.Alert;
import org.jspecify.annotations.Nullable;

/** Effect of a refusal on the client. */
public final class RefusedClient {
    private static final String RESET = "the connection reset";

    private RefusedClient() {}

    /** The effect in words, to follow "the client sees". */
    public static String sees(CloseReason reason, ListenerType type) {
        Refusal refusal = reason.refusal();
        if (refusal != null) {
            return switch (type) {
                case TLS -> sees(TlsOpening.alert(refusal));
                case HTTP -> sees(HttpOpening.answer(refusal));
                case CONNECT -> sees(ConnectOpening.answer(refusal));
                case SOCKS -> "the SOCKS reply " + SocksOpening.reply(refusal);
                case TCP -> RESET;
            };
        }
        return reason.ending() == Ending.RESET
                ? RESET
                : switch (type) {
                    case TLS, TCP, SOCKS -> "the connection closed, without a TLS alert";
                    case HTTP, CONNECT -> "the connection closed, without an answer";
                };
    }

    /** The effect of a pool without an available backend, in brief, to follow "clients get". */
    public static String getsWithoutBackend(ListenerType type) {
        return switch (type) {
            case TLS -> "a TLS alert";
            case HTTP, CONNECT ->
                "HTTP " + HttpOpening.answer(Refusal.UNAVAILABLE).status();
            case SOCKS -> "the SOCKS reply " + SocksOpening.reply(Refusal.UNAVAILABLE);
            case TCP -> RESET;
        };
    }

    /** The TLS alert to a refused client; null without an alert. */
    public static @Nullable Alert alert(CloseReason reason, ListenerType type) {
        Refusal refusal = reason.refusal();
        return refusal == null
                ? null
                : switch (type) {
                    case TLS -> TlsOpening.alert(refusal);
                    case HTTP, SOCKS, CONNECT, TCP -> null;
                };
    }

    private static String sees(Alert alert) {
        return "the TLS alert " + Spelling.snake(alert) + " (" + alert.description() + ")";
    }

    /** The effect of an HTTP answer. */
    public static String sees(Answer answer) {
        return "the answer " + answer.statusLine();
    }
}
