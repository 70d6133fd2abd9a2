package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.RefusedClient;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.Spelling;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.http.AcmeChallenge;
import dev.usher.http.Answer;
import dev.usher.name.ServerName;
import dev.usher.opening.HttpOpening;
import dev.usher.route.Decision;
import dev.usher.route.RouteQuery;
import dev.usher.route.Typed;
import dev.usher.tls.Alert;
import dev.usher.view.BackendView;
import dev.usher.view.Candidate;
import dev.usher.view.Explanation;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /explain}. */
public final class ExplainResource {
    private final LoadBalancer balancer;

    public ExplainResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record ExplanationJson(
            @Nullable String name,
            String listener,
            String outcome,
            boolean serving,
            @Nullable String route,
            @Nullable String pool,
            @Nullable String origin,
            @Nullable String refusal,
            @Nullable String alert,
            @Nullable String clientSees,
            @Nullable String location,
            List<String> steps,
            List<String> elsewhere,
            List<Possible> backends) {}

    private record Possible(String address, String state, boolean takesSessions, String text) {
        static Possible of(Candidate candidate) {
            return new Possible(
                    candidate.address(),
                    candidate.state() == null ? "unknown" : Spelling.snake(candidate.state()),
                    candidate.takesSessions(),
                    candidate.text());
        }
    }

    /** {@code GET}. */
    public Object get(Question question) throws ProblemException {
        Typed typed = typed(question.parameter("name"));
        ListenerConfig listener = listener(question.parameter("listener"), typed);
        if (!listener.type().readsNames()) {
            return ofTcp(listener);
        }
        List<String> protocols = alpn(question.parameter("alpn"));
        InetAddress client = client(question.parameter("client"));
        RouteQuery asked = typed == null
                ? new RouteQuery(listener.name(), null, protocols, client)
                : typed.on(listener, protocols, client, AcmeChallenge.isPath(typed.path()));
        if (typed != null && typed.name() == null) {
            return refused(typed.host(), listener, null, CloseReason.INVALID_NAME, typed.remarks(), List.of());
        }
        Explanation explanation = balancer.looks().explain(asked);
        String name = asked.name() == null ? null : asked.name().name();
        List<String> steps = steps(typed, explanation);
        List<Possible> backends =
                explanation.candidates().stream().map(Possible::of).toList();
        return switch (explanation.decision()) {
            case Decision.Serve serve -> {
                CloseReason refusal = takeIt(backends) ? null : refusal(explanation);
                yield new ExplanationJson(
                        name,
                        listener.name(),
                        serve.byRoute() ? "pool" : "default",
                        refusal == null,
                        serve.route(),
                        serve.pool().name(),
                        serve.pool().config().origin(),
                        refusal == null ? null : refusal.word(),
                        alert(listener, refusal),
                        sees(refusal, listener),
                        null,
                        steps,
                        explanation.elsewhere(),
                        backends);
            }
            case Decision.Refuse refuse
            when refuse.why() == Decision.Refusal.REDIRECT ->
                redirected(listener, Objects.requireNonNull(typed, "only a name is redirected"), explanation);
            case Decision.Refuse refuse ->
                refused(name, listener, refuse.route(), CloseReason.of(refuse.why()), steps, explanation.elsewhere());
        };
    }

    private static ExplanationJson refused(
            @Nullable String name,
            ListenerConfig listener,
            @Nullable String route,
            CloseReason refusal,
            List<String> steps,
            List<String> elsewhere) {
        return new ExplanationJson(
                name,
                listener.name(),
                "refused",
                false,
                route,
                null,
                null,
                refusal.word(),
                alert(listener, refusal),
                sees(refusal, listener),
                null,
                steps,
                elsewhere,
                List.of());
    }

    private static ExplanationJson redirected(ListenerConfig listener, Typed typed, Explanation explanation) {
        ServerName name = Objects.requireNonNull(typed.name(), "a route has its name");
        Answer answer = HttpOpening.redirect(listener.http(), name, typed.path());
        return new ExplanationJson(
                name.name(),
                listener.name(),
                "redirected",
                true,
                explanation.decision() instanceof Decision.Refuse refuse ? refuse.route() : null,
                null,
                null,
                null,
                null,
                RefusedClient.sees(answer),
                answer.location(),
                explanation.steps(),
                explanation.elsewhere(),
                List.of());
    }

    private static CloseReason refusal(Explanation explanation) {
        CloseReason ofName = explanation.lookup() == null ? null : CloseReason.of(explanation.lookup());
        return ofName == null ? CloseReason.NO_BACKEND : ofName;
    }

    private static List<String> steps(@Nullable Typed typed, Explanation explanation) {
        return typed == null
                ? explanation.steps()
                : Stream.concat(typed.remarks().stream(), explanation.steps().stream())
                        .toList();
    }

    private static boolean takeIt(List<Possible> backends) {
        return backends.stream().anyMatch(Possible::takesSessions);
    }

    private static @Nullable String alert(ListenerConfig listener, @Nullable CloseReason refusal) {
        Alert alert = refusal == null ? null : RefusedClient.alert(refusal, listener.type());
        return alert == null ? null : Spelling.snake(alert);
    }

    private static @Nullable String sees(@Nullable CloseReason refusal, ListenerConfig listener) {
        return refusal == null ? null : RefusedClient.sees(refusal, listener.type());
    }

    private ExplanationJson ofTcp(ListenerConfig listener) {
        String pool = Objects.requireNonNull(listener.pool(), "of type tcp");
        List<Possible> backends = balancer.looks().pool(pool).backends().stream()
                .map(ExplainResource::possible)
                .toList();
        boolean serving = takeIt(backends);
        return new ExplanationJson(
                null,
                listener.name(),
                "pool",
                serving,
                null,
                pool,
                balancer.looks().config().originOf(pool),
                serving ? null : CloseReason.NO_BACKEND.word(),
                null, // a client that does not speak TLS to usher gets no alert
                serving ? null : sees(CloseReason.NO_BACKEND, listener),
                null,
                List.of("listener " + listener.name()
                        + " is of type tcp: it reads no server name and forwards every connection"),
                List.of(),
                backends);
    }

    private static Possible possible(BackendView backend) {
        return new Possible(
                backend.address(),
                Spelling.snake(backend.state()),
                backend.state().serves(),
                backend.state().serves() ? "it serves" : backend.reason());
    }

    private ListenerConfig listener(@Nullable String name, @Nullable Typed typed) throws ProblemException {
        ListenerConfig listener = name == null ? first(typed) : named(name);
        String misfit = typed == null ? null : typed.misfit(listener);
        if (misfit != null) {
            throw Problem.of(400, misfit).exception();
        }
        return listener;
    }

    private ListenerConfig first(@Nullable Typed typed) {
        UsherConfig config = balancer.looks().config();
        return typed == null ? config.firstListenerFor(ListenerType.TLS, null) : typed.listenerOf(config);
    }

    private ListenerConfig named(String name) throws ProblemException {
        Map<String, ListenerConfig> listeners = balancer.looks().config().listeners();
        ListenerConfig named = listeners.get(name);
        if (named == null) {
            throw Problem.of(
                            400,
                            "there is no listener \"" + name + "\"; there are " + String.join(", ", listeners.keySet()))
                    .exception();
        }
        return named;
    }

    private static @Nullable Typed typed(@Nullable String text) throws ProblemException {
        try {
            return text == null ? null : Typed.parse(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(400, "name: " + e.getMessage()).exception();
        }
    }

    private static List<String> alpn(@Nullable String text) {
        return text == null
                ? List.of()
                : Stream.of(text.split(",", -1))
                        .map(String::strip)
                        .filter(protocol -> !protocol.isEmpty())
                        .toList();
    }

    private static InetAddress client(@Nullable String text) throws ProblemException {
        String client = text == null ? "127.0.0.1" : text;
        if (IpAddress.parse(client) == null) {
            throw Problem.of(400, "client: \"" + text + "\" is not an IP address")
                    .exception();
        }
        return InetAddress.ofLiteral(client);
    }
}
