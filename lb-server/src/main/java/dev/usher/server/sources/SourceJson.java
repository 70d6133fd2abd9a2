package dev.usher.server.sources;

import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON of a program of little trust. */
final class SourceJson {
    /**
     * Values and brackets of an answer: an engine's entry for a container has some 200. An empty object has two bytes in
     * the answer and about 70 in memory, so a limit of bytes alone is none.
     */
    private static final int MAX_TOKENS = 1_000_000;

    private static final int MAX_DEPTH = 50;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .build();

    private SourceJson() {}

    /** @throws IOException with the reason, for text that is no JSON, too deep, or of too many values */
    static JsonNode read(byte[] answer) throws IOException {
        try {
            return JSON.readTree(answer);
        } catch (StreamConstraintsException fault) {
            throw new IOException(
                    "the answer is over a limit for JSON: " + MAX_TOKENS + " values and brackets, " + MAX_DEPTH
                            + " deep",
                    fault);
        } catch (JacksonException fault) {
            throw new IOException("the answer is not JSON: " + OfferBuilder.shown(fault.getOriginalMessage()), fault);
        }
    }
}
