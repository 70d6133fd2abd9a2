package dev.usher.admin.http;

import dev.usher.config.Printable;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Describes a fault in a request's JSON for its sender. The parser's own messages name Java classes. */
final class BodyFault {
    private static final String TWICE = "Duplicate";

    private BodyFault() {}

    static String text(JacksonException fault) {
        return Printable.of(
                switch (fault) {
                    case UnrecognizedPropertyException unknown ->
                        "there is no key \"" + unknown.getPropertyName() + "\"" + known(unknown.getKnownPropertyIds());
                    case InputCoercionException _ -> "a number is out of range" + place(fault.getLocation());
                    case MismatchedInputException wrong -> key(wrong) + " must be " + word(wrong.getTargetType());
                    default ->
                        String.valueOf(fault.getOriginalMessage()).startsWith(TWICE)
                                ? "a key comes twice" + place(fault.getLocation())
                                : "it is not JSON" + place(fault.getLocation());
                });
    }

    private static String known(@Nullable Collection<Object> keys) {
        return keys == null
                ? ""
                : "; there are " + keys.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    private static String key(MismatchedInputException wrong) {
        return wrong.getPath().isEmpty()
                ? "it"
                : String.valueOf(wrong.getPath().getLast().getPropertyName());
    }

    private static String word(@Nullable Class<?> type) {
        if (type == Integer.class || type == int.class) {
            return "a whole number";
        }
        if (type == Double.class || type == double.class) {
            return "a number";
        }
        return type == String.class ? "a text" : "a JSON object, and nothing after it";
    }

    private static String place(@Nullable TokenStreamLocation at) {
        return at == null ? "" : ", at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }
}
