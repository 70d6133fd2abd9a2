package dev.usher.admin;

import dev.usher.admin.http.Json;
import dev.usher.admin.subject.Lifecycle;
import dev.usher.admin.subject.Lifecycle.State;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code /livez}, {@code /readyz} and {@code /healthz}, for orchestrators that restart the process or send it
 * connections. Pools without backends change neither answer: another instance would lack the same backends.
 */
final class Health {
    private final Lifecycle lifecycle;

    Health(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /** Words of this class alone, so that nothing needs an escape. */
    private record Check(String name, boolean ok, String text) {
        String json() {
            return "{\"name\":\"" + name + "\",\"ok\":" + ok + ",\"text\":\"" + text + "\"}";
        }
    }

    private record Answer(String status, List<Check> checks) implements Json.Plain {
        @Override
        public String json() {
            return checks.stream()
                    .map(Check::json)
                    .collect(Collectors.joining(",", "{\"status\":\"" + status + "\",\"checks\":[", "]}"));
        }
    }

    /** Liveness: answering at all is the check. */
    void live(HttpServerExchange exchange) {
        Json.send(exchange, StatusCodes.OK, new Answer("ok", List.of()));
    }

    /** Readiness: whether the process should get connections. */
    void ready(HttpServerExchange exchange) {
        Control.Answer answer = ready();
        Json.send(exchange, answer.status(), answer.body());
    }

    Control.Answer ready() {
        State state = lifecycle.state();
        boolean ready = state == State.SERVING;
        return new Control.Answer(
                ready ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE,
                new Answer(ready ? "ok" : "unavailable", checks(state, lifecycle.listens())));
    }

    private static List<Check> checks(State state, boolean listens) {
        boolean staying = state != State.DRAINING;
        return List.of(
                new Check("listening", listens, listening(state, listens)),
                new Check("not_draining", staying, staying ? "not shutting down" : "shutting down"));
    }

    private static String listening(State state, boolean listens) {
        return switch (state) {
            case STARTING -> "the listeners are not open yet";
            case SERVING -> "connections are taken";
            case DRAINING ->
                listens
                        ? "connections are taken until shutdown.readiness_delay is over"
                        : "the listeners are closed, and open sessions may finish";
        };
    }
}
