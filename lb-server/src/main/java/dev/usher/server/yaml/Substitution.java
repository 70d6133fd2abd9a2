package dev.usher.server.yaml;

import dev.usher.file.NamedFile;
import dev.usher.file.NamedFile.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces references in a scalar. Works on values after parsing, so a replacement can never become YAML. A replacement
 * is not searched for references again.
 *
 * <pre>
 * ${NAME}            the variable; an error when it is not set
 * ${NAME:-default}   the default when it is not set or empty; may hold references
 * ${NAME:?message}   an error with the message when it is not set or empty
 * ${file:/path}      the file's text without the last line end; the path may hold references
 * $$                 a dollar
 * </pre>
 */
final class Substitution {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(token|secret|password|sha256|key).*");
    private static final String FILE = "file:";
    private static final int MAX_DEPTH = 8;

    private final Function<String, @Nullable String> environment;
    private final Path directory;
    private final Fingerprint.Recorder recorder;

    /**
     * @param directory base of relative paths in {@code ${file:}}
     */
    Substitution(Function<String, @Nullable String> environment, Path directory, Fingerprint.Recorder recorder) {
        this.environment = environment;
        this.directory = directory;
        this.recorder = recorder;
    }

    /** A replaced scalar, and whether a part of it must not be shown. */
    record Result(String text, boolean secret) {}

    /** Throws {@link IllegalArgumentException} with the reference and its fault, never with a value. */
    Result apply(String text) {
        return text.indexOf('$') < 0 ? new Result(text, false) : apply(text, 0);
    }

    private Result apply(String text, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("references are nested more than " + MAX_DEPTH + " deep");
        }
        StringBuilder out = new StringBuilder();
        boolean secret = false;
        for (int at = 0; at < text.length(); ) {
            if (text.startsWith("$$", at)) {
                out.append('$');
                at += 2;
            } else if (text.startsWith("${", at)) {
                int end = closingBrace(text, at + 2);
                Result value = reference(text.substring(at + 2, end), depth);
                out.append(value.text());
                secret |= value.secret();
                at = end + 1;
            } else {
                out.append(text.charAt(at++));
            }
        }
        return new Result(out.toString(), secret);
    }

    private static int closingBrace(String text, int from) {
        int open = 1;
        for (int at = from; at < text.length(); at++) {
            if (text.startsWith("${", at)) {
                open++;
            } else if (text.charAt(at) == '}' && --open == 0) {
                return at;
            }
        }
        throw new IllegalArgumentException("${ without }; write $$ for a dollar");
    }

    private Result reference(String body, int depth) {
        if (body.startsWith(FILE)) {
            return new Result(
                    file(apply(body.substring(FILE.length()), depth + 1).text()), true);
        }
        int colon = body.indexOf(':');
        String name = colon < 0 ? body : body.substring(0, colon);
        String rest = colon < 0 ? "" : body.substring(colon + 1);
        boolean known = rest.isEmpty() ? colon < 0 : rest.charAt(0) == '-' || rest.charAt(0) == '?';
        if (!VARIABLE.matcher(name).matches() || !known) {
            throw new IllegalArgumentException("${" + body
                    + "} is not a reference: write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}");
        }
        String value = environment.apply(name);
        boolean secret = SECRET_NAME.matcher(name).matches();
        if (value != null && (colon < 0 || !value.isEmpty())) {
            return new Result(value, secret);
        }
        if (rest.startsWith("-")) {
            Result fallback = apply(rest.substring(1), depth + 1);
            return new Result(fallback.text(), secret || fallback.secret());
        }
        throw new IllegalArgumentException(
                rest.startsWith("?")
                        ? "${" + name + "} is not set: " + rest.substring(1)
                        : "${" + name + "} is not set; ${" + name + ":-default} would give it a default");
    }

    private String file(String name) {
        try {
            byte[] bytes = bytes(directory.resolve(name));
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
            return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        } catch (CharacterCodingException _) {
            throw new IllegalArgumentException("${file:" + name + "} is not UTF-8 text");
        } catch (IOException | InvalidPathException fault) {
            throw new IllegalArgumentException("${file:" + name + "} " + fault.getMessage(), fault);
        }
    }

    private byte[] bytes(Path file) throws IOException {
        try {
            byte[] bytes = NamedFile.read(file, Kind.VALUE);
            recorder.read(file, Kind.VALUE, bytes);
            return bytes;
        } catch (IOException fault) {
            recorder.look(file, Kind.VALUE);
            throw fault;
        }
    }
}
