package dev.usher.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running usher's API: over its control socket, or over HTTP on request. */
abstract class UsherClient implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Longer than a reload waits for the names of new backends. */
    static final Duration RELOAD_PATIENCE = Duration.ofSeconds(30);

    private static final int OK = 200;
    private static final int CONFLICT = 409;
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final ObjectWriter ASCII =
            JSON.writerWithDefaultPrettyPrinter().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    /** An answer of any status. */
    record Said(int status, String body) {}

    /** Name of the asked usher, for people. */
    abstract String name();

    /**
     * Sends a request.
     *
     * @param path begins with a slash
     * @param body JSON; null for none
     */
    abstract Said ask(String method, String path, @Nullable String body, Duration patience)
            throws AdminFault, InterruptedException;

    /** The reason of a refusal, in words for the user who typed the command. */
    String refusal(int status, String detail) {
        return detail;
    }

    /** The JSON at a path, with texts escaped for printing. */
    final JsonNode get(String path) throws AdminFault, InterruptedException {
        return read(look(path));
    }

    /** The JSON at a path with its texts unchanged, in many lines of ASCII: for programs. */
    final String exact(String path) throws AdminFault, InterruptedException {
        Said said = look(path);
        read(said);
        return ASCII.writeValueAsString(parsed(said.body()));
    }

    /** The answer at a path, whatever its status. */
    final Said look(String path) throws AdminFault, InterruptedException {
        return ask("GET", path, null, PATIENCE);
    }

    /** Changes the resource at a path. */
    final JsonNode patch(String path, String body) throws AdminFault, InterruptedException {
        return read(ask("PATCH", path, body, PATIENCE));
    }

    /** Starts an action that may take some time. */
    final JsonNode post(String path) throws AdminFault, InterruptedException {
        return read(ask("POST", path, null, RELOAD_PATIENCE));
    }

    private JsonNode read(Said said) throws AdminFault {
        JsonNode body = Visible.of(parsed(said.body()));
        if (said.status() == OK) {
            return body;
        }
        String detail = body.path("detail").asString("status " + said.status());
        throw said.status() == CONFLICT ? AdminFault.conflict(detail) : new AdminFault(refusal(said.status(), detail));
    }

    private JsonNode parsed(String body) throws AdminFault {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            throw new AdminFault("what answers at " + name() + " is no usher");
        }
    }

    @Override
    public abstract void close();
}
