package dev.usher.server;

import dev.usher.config.Printable;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A running usher's explanation of a name.
 *
 * @param exitCode of the command
 */
record LiveExplanation(String text, int exitCode) {
    static LiveExplanation ask(
            UsherClient client, String name, List<String> alpn, String from, @Nullable String listener)
            throws AdminFault, InterruptedException {
        StringJoiner query = new StringJoiner("&", "/api/v1/explain?", "");
        query.add("name=" + AdminCommand.part(name));
        query.add("client=" + AdminCommand.part(from));
        query.add("alpn=" + AdminCommand.part(String.join(",", alpn)));
        if (listener != null) {
            query.add("listener=" + AdminCommand.part(listener));
        }
        JsonNode said = client.get(query.toString());
        return of(
                Printable.of(name) + " on listener " + said.path("listener").asString() + ", from "
                        + Printable.of(from) + ", now, by "
                        + client.name() + "\n",
                said);
    }

    /** State and reason; the text of a backend that is out of service begins with the state. */
    private static String told(String state, String text) {
        return text.startsWith(state) ? text : state + ": " + text;
    }

    /** The close reason, and the effect on the client. */
    private static String refused(JsonNode said) {
        String sees = said.path("client_sees").asString("");
        return "refused   " + said.path("refusal").asString() + "\n"
                + (sees.isEmpty() ? "" : "client    sees " + sees + "\n");
    }

    private static LiveExplanation of(String asked, JsonNode said) {
        StringBuilder text = new StringBuilder(asked);
        said.path("steps")
                .forEach(step -> text.append("  ").append(step.asString()).append('\n'));
        text.append('\n');
        String outcome = said.path("outcome").asString();
        if (outcome.equals("refused")) {
            text.append(refused(said));
            addElsewhere(text, said);
            return new LiveExplanation(text.toString(), ExitCode.REFUSED);
        }
        if (outcome.equals("redirected")) {
            text.append("redirect  to ")
                    .append(said.path("location").asString())
                    .append('\n');
            text.append("client    sees ")
                    .append(said.path("client_sees").asString())
                    .append('\n');
            return new LiveExplanation(text.toString(), ExitCode.OK);
        }
        if (!said.path("route").isNull()) {
            text.append("route     ").append(said.path("route").asString()).append('\n');
        }
        text.append("pool      ").append(said.path("pool").asString()).append('\n');
        if (!said.path("origin").isNull()) {
            text.append("source    ").append(said.path("origin").asString()).append('\n');
        }
        String label = "backends  ";
        for (JsonNode backend : said.path("backends")) {
            text.append(label)
                    .append(backend.path("address").asString())
                    .append("  ")
                    .append(told(
                            backend.path("state").asString(),
                            backend.path("text").asString()))
                    .append('\n');
            label = "          ";
        }
        addElsewhere(text, said);
        if (!said.path("serving").asBoolean()) {
            text.append(refused(said));
            return new LiveExplanation(text.toString(), ExitCode.REFUSED);
        }
        return new LiveExplanation(text.toString(), outcome.equals("default") ? ExitCode.DEFAULT_ROUTE : ExitCode.OK);
    }

    private static void addElsewhere(StringBuilder text, JsonNode said) {
        String label = "elsewhere ";
        for (JsonNode other : said.path("elsewhere")) {
            text.append(label).append(other.asString()).append('\n');
            label = "          ";
        }
    }
}
