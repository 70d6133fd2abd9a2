package dev.usher.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running usher what its API answers: by its control socket, or by HTTP where that was asked for. */
abstract class UsherClient implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Longer than names of new backends are waited for. */
    static final Duration RELOAD_PATIENCE = Duration.ofSeconds(30);

    private static final int OK = 200;
    private static final int CONFLICT = 409;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ObjectWriter ASCII =
            JSON.writerWithDefaultPrettyPrinter().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    /** What was answered, whatever it is. */
    record Said(int status, String body) {}

    /** Whom it asks, for people. */
    abstract String name();

    /**
     * Asks.
     *
     * @param path begins with a slash
     * @param body JSON; null for none
     */
    abstract Said ask(String method, String path, @Nullable String body, Duration patience)
            throws AdminFault, InterruptedException;

    /** Why it is not let in, in words for who has typed the command. */
    String refusal(int status, String detail) {
        return detail;
    }

    /** The JSON at a path; its texts can be printed. */
    final JsonNode get(String path) throws AdminFault, InterruptedException {
        return read(look(path));
    }

    /** The JSON at a path with its texts as they are, in many lines of ASCII: for programs. */
    final String exact(String path) throws AdminFault, InterruptedException {
        Said said = look(path);
        read(said);
        return ASCII.writeValueAsString(parsed(said.body()));
    }

    /** The status of a path, whatever it is, and what is said there. */
    final Said look(String path) throws AdminFault, InterruptedException {
        return ask("GET", path, null, PATIENCE);
    }

    /** Changes what is at a path. */
    final JsonNode patch(String path, String body) throws AdminFault, InterruptedException {
        return read(ask("PATCH", path, body, PATIENCE));
    }

    /** Has something done that may take its time. */
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
