package dev.usher.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of users, as {@code htpasswd -B} writes it: a name, a colon and a bcrypt hash on each line.
 *
 * @param hashes by name; at least one
 */
public record UserFile(Path file, Map<String, String> hashes) {
    /** A cost of 14 takes about a second for each password; more would only let clients time out. */
    private static final int MAX_COST = 14;

    private static final int MIN_COST = 4;
    /** RFC 1929 has one byte for the length of a name. */
    private static final IntRange NAME_LENGTH = new IntRange(1, 255);

    private static final Pattern HASH = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

    public UserFile {
        Check.present(file, "users");
        hashes = Check.ordered(hashes, "users");
        Check.that(!hashes.isEmpty(), "there is no user");
        hashes.forEach(UserFile::check);
    }

    /** Reads the lines of a file; the exception's message has the number of the faulty line, and never a hash. */
    public static UserFile parse(Path file, String text) {
        Map<String, String> hashes = new LinkedHashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                add(line.strip(), number, hashes);
            }
        }
        return new UserFile(file, hashes);
    }

    private static void add(String line, int number, Map<String, String> hashes) {
        int colon = line.indexOf(':');
        try {
            Check.that(colon > 0, "a line is NAME:HASH, as htpasswd -B writes it");
            String name = line.substring(0, colon);
            String hash = line.substring(colon + 1);
            check(name, hash);
            Check.that(hashes.put(name, hash) == null, "the user comes twice");
        } catch (IllegalArgumentException fault) {
            throw new IllegalArgumentException("line " + number + ": " + fault.getMessage(), fault);
        }
    }

    private static void check(String name, String hash) {
        NAME_LENGTH.check(name.length(), "length of a user's name");
        Matcher matcher = HASH.matcher(hash);
        Check.that(matcher.matches(), "the hash is not bcrypt, which begins with $2y$: htpasswd -B makes one");
        int cost = Integer.parseInt(matcher.group(1));
        Check.that(
                cost >= MIN_COST && cost <= MAX_COST,
                "the cost of the hash must be " + MIN_COST + ".." + MAX_COST + ", was " + cost);
    }

    /** The hash of a user's password; null for an unknown user. */
    public @Nullable String hashOf(String name) {
        return hashes.get(name);
    }

    /** The hash of some user. */
    public String anyHash() {
        return hashes.values().iterator().next();
    }

    /** The path: hashes are never printed. */
    @Override
    public String toString() {
        return file.toString();
    }
}
