package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * Records to JSON and back, in the API's format: snake_case, times by RFC 3339, null for unknown values. Output is
 * ASCII: text from strangers must not move the cursor of a terminal that runs {@code curl}.
 */
public final class Json {
    private Json() {}

    /**
     * A value whose JSON is made without Jackson, in ASCII. Orchestrators ask for health all the time, and often for nothing
     * else: Jackson's classes are 0.4 s of processor time and 10 MiB.
     */
    public interface Plain {
        /** The JSON of this value. */
        String json();
    }

    /** Mapper of the API, made for the first value. Unknown and duplicate keys are refused. */
    private static final class Mapper {
        static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                        .characterEscapes(new EscapedDelete())
                        .build())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .build();
    }

    /** Escapes DEL, the only ASCII control character that JSON allows unescaped. */
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
            return null; // no escapes of our own
        }
    }

    /** Sends a value as JSON; no cache may store it. */
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

    /** The JSON of a value, as sent. */
    public static byte[] bytes(Object value) {
        return value instanceof Plain plain
                ? plain.json().getBytes(StandardCharsets.US_ASCII)
                : Mapper.MAPPER.writeValueAsBytes(value);
    }

    /**
     * Reads the body of a request.
     *
     * @throws ProblemException with the fault and its place
     */
    public static <T> T read(byte[] body, Class<T> type) throws ProblemException {
        try {
            T value = Mapper.MAPPER.readValue(body, type);
            if (value == null) {
                throw Problem.of(400, "the body must be a JSON object, was null")
                        .exception();
            }
            return value;
        } catch (JacksonException fault) {
            throw Problem.of(400, "the body is invalid: " + BodyFault.text(fault))
                    .exception();
        }
    }
}
