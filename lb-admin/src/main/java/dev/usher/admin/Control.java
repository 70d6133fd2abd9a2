package dev.usher.admin;

import dev.usher.admin.api.Answering;
import dev.usher.admin.api.Operation;
import dev.usher.admin.api.Question;
import dev.usher.admin.attention.Attention;
import dev.usher.admin.http.Access;
import dev.usher.admin.http.Caller;
import dev.usher.admin.http.Json;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.Lifecycle;
import dev.usher.config.AdminConfig.Role;
import io.undertow.util.Methods;
import io.undertow.util.PathTemplateMatcher;
import io.undertow.util.StatusCodes;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The API for the control socket: the operations of {@code openapi.yaml} without HTTP, available even without a
 * listening admin side. {@code read_only} and tokens apply to HTTP only; here the caller's role decides. Any thread.
 */
public final class Control {
    private static final String API = "/api/v1";
    /** Admin states that an operator may set: a drain and its end, since neither closes a session. */
    private static final Set<String> OF_A_DRAIN = Set.of("drain", "ready");

    private static final String BACKEND = API + "/pools/{pool}/backends/{address}";

    /** @param body to be written as JSON */
    record Answer(int status, Object body) {}

    /**
     * Answer to a request.
     *
     * @param body JSON
     */
    public record Reply(int status, String body) {
        static Reply of(int status, byte[] json) {
            return new Reply(status, new String(json, StandardCharsets.UTF_8));
        }
    }

    private final Map<String, PathTemplateMatcher<Operation>> operations = new HashMap<>();
    private final Health health;

    private Control(Lifecycle lifecycle, List<Api.Entry> entries) {
        this.health = new Health(lifecycle);
        for (Api.Entry entry : entries) {
            Operation operation = entry.operation();
            if (operation != null) {
                operations
                        .computeIfAbsent(entry.method().toString(), _ -> new PathTemplateMatcher<>())
                        .add(API + entry.path(), operation);
            }
        }
    }

    /**
     * The API of a load balancer.
     *
     * @param admin shares its lifecycle and operations; null if there is no admin server
     */
    public static Control of(AdminSubject subject, @Nullable AdminServer admin) {
        if (admin != null) {
            return new Control(admin.lifecycle(), admin.operations());
        }
        Lifecycle lifecycle = new Lifecycle();
        lifecycle.serves(subject.balancer());
        Access access = new Access(() -> subject.balancer().looks().config().admin(), false, System::nanoTime);
        return new Control(
                lifecycle,
                Api.values(subject, lifecycle, access, new Attention(subject.balancer(), subject.source(), lifecycle)));
    }

    /**
     * Answers one request.
     *
     * @param caller an admin may do everything; an operator may read, reload, confirm a source, drain a backend that is not the last of its
     *     pool, and end a drain; a viewer may read
     * @param target path and query string
     */
    public Reply answer(Caller caller, String method, String target, byte[] body) {
        try {
            String[] parts = target.split("\\?", 2);
            if (parts[0].equals("/readyz")) {
                Answer ready = health.ready();
                return Reply.of(ready.status(), Json.bytes(ready.body()));
            }
            return operate(caller, method, parts[0], parts.length == 1 ? "" : parts[1], body);
        } catch (ProblemException refused) {
            return Reply.of(refused.problem().status(), Json.bytes(refused.problem()));
        }
    }

    private Reply operate(Caller caller, String method, String path, String query, byte[] body)
            throws ProblemException {
        PathTemplateMatcher<Operation> known = operations.get(method);
        PathTemplateMatcher.PathMatchResult<Operation> found = known == null ? null : known.match(path);
        if (found == null) {
            throw Problem.of(404, "there is no " + method + " " + path).exception();
        }
        allow(caller, method, path, isDrain(method, found.getMatchedTemplate(), body));
        Map<String, String> variables = new HashMap<>();
        for (Map.Entry<String, String> part : found.getParameters().entrySet()) {
            variables.put(part.getKey(), decoded(part.getValue().replace("+", "%2B")));
        }
        Question question = new Question(caller, variables, parameters(query), body);
        return Reply.of(StatusCodes.OK, Answering.bytes(found.getValue(), question, path));
    }

    private static void allow(Caller caller, String method, String path, boolean drain) throws ProblemException {
        boolean allowed = method.equals(Methods.GET_STRING)
                || caller.role() == Role.ADMIN
                || (caller.role() == Role.OPERATOR
                        && (path.equals(API + "/reload") || path.startsWith(API + "/sources/") || drain));
        if (!allowed) {
            throw Problem.of(
                            403,
                            caller.text() + " may look"
                                    + (caller.role() == Role.OPERATOR
                                            ? ", reload, confirm sources, and drain without force"
                                            : "")
                                    + ": all else is for the user that usher runs as, and root")
                    .exception();
        }
    }

    /** True for a drain of a backend or its end, and nothing else: not forced, and closing no session. */
    private static boolean isDrain(String method, String template, byte[] body) throws ProblemException {
        if (!method.equals(Methods.PATCH_STRING) || !template.equals(BACKEND)) {
            return false;
        }
        JsonNode change = Json.read(body, JsonNode.class);
        return change.size() == 1
                && OF_A_DRAIN.contains(change.path("admin_state").asString(""));
    }

    private static Map<String, Deque<String>> parameters(String query) throws ProblemException {
        Map<String, Deque<String>> parameters = new HashMap<>();
        for (String each : query.split("&", -1)) {
            String[] pair = each.split("=", 2);
            if (pair.length == 2) {
                parameters
                        .computeIfAbsent(decoded(pair[0]), _ -> new ArrayDeque<>())
                        .add(decoded(pair[1]));
            }
        }
        return parameters;
    }

    private static String decoded(String text) throws ProblemException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.of(400, "a percent sign must begin two digits: " + text)
                    .exception();
        }
    }
}
