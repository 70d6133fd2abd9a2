package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.SerializableString;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records to JSON and back, as the API writes it: snake_case, times by RFC 3339, what is not known is null. It is ASCII: what
 * strangers choose must not move the cursor of who looks by {@code curl}.
 */
public final class Json {
    /** What the API reads and writes. A client that sends a key that there is not, is told. */
    private static final JsonMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().characterEscapes(new EscapedDelete()).build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private Json() {}

    /** DEL is the one control character of ASCII that JSON takes as it is. */
    private static final class EscapedDelete extends CharacterEscapes {
        private static final long serialVersionUID = 1;
        private static final int DEL = 0x7f;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            codes[DEL] = ESCAPE_STANDARD;
            return codes;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int codePoint) {
            return null; // none of its own
        }
    }

    /** Answers with a value, which nothing on the way may keep. */
    public static void send(HttpServerExchange exchange, int status, Object value) {
        send(exchange, status, "application/json", value);
    }

    static void send(HttpServerExchange exchange, int status, String type, Object value) {
        byte[] bytes = bytes(value);
        if (!OutgoingBytes.admits(exchange, bytes.length)) {
            return;
        }
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        exchange.getResponseSender().send(ByteBuffer.wrap(bytes));
    }

    /** As it is sent. */
    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * Reads what a client has sent.
     *
     * @throws ProblemException with the fault and its place
     */
    public static <T> T read(byte[] body, Class<T> type) throws ProblemException {
        try {
            T value = MAPPER.readValue(body, type);
            if (value == null) {
                throw Problem.of(400, "the body must be a JSON object, was null")
                        .exception();
            }
            return value;
        } catch (JacksonException fault) {
            throw Problem.of(400, "the body is not what this takes: " + BodyFault.text(fault))
                    .exception();
        }
    }

    /** The word for a constant of an enum: lower case. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
