package dev.usher.config;

import java.util.Arrays;
import java.util.stream.Collectors;

/** An address to listen on in the form of another program, and the same address in our form. */
final class BindText {
    private BindText() {}

    /**
     * Returns the text, with {@code *:} as {@code :}. Throws {@link IllegalArgumentException} with our form for other
     * foreign forms.
     */
    static String of(String text) {
        if (text.indexOf(',') > 0) {
            String list = Arrays.stream(text.split(",", -1))
                    .map(each -> '"' + ours(each.strip()) + '"')
                    .collect(Collectors.joining(", "));
            throw new IllegalArgumentException('"' + text + "\": several addresses are a list: write [" + list + "]");
        }
        int blank = text.indexOf(' ');
        if (blank > 0) {
            String first = text.substring(0, blank);
            String rest = text.substring(blank).strip();
            boolean port = rest.matches("\\d{1,5}") && !first.matches(".*:\\d+");
            throw port
                    ? refused(text, "an address to listen on is host:port", ours(first + ":" + rest))
                    : refused(text, "an address stands alone", ours(first));
        }
        String ours = ours(text);
        if (!ours.equals(text) && !text.startsWith("*:")) {
            throw refused(text, "an address to listen on is host:port", ours);
        }
        return ours;
    }

    private static IllegalArgumentException refused(String text, String why, String ours) {
        return new IllegalArgumentException('"' + text + "\": " + why + ": write \"" + ours + '"');
    }

    /** Rewrites an address: HAProxy's family in front, Docker's protocol behind, a star, a port alone. */
    private static String ours(String text) {
        String bare = text.endsWith("/tcp") ? text.substring(0, text.length() - "/tcp".length()) : text;
        if (bare.startsWith("ipv4@") || bare.startsWith("ipv6@")) {
            String every = bare.startsWith("ipv4@") ? "0.0.0.0" : "[::]";
            String rest = bare.substring("ipv4@".length()).replaceFirst("^\\*:", ":");
            return rest.startsWith(":") && rest.lastIndexOf(':') == 0 ? every + rest : rest;
        }
        if (bare.startsWith("*:")) {
            return bare.substring(1);
        }
        boolean port = !bare.isEmpty() && bare.chars().allMatch(c -> c >= '0' && c <= '9');
        return port ? ":" + bare : bare.startsWith(":::") ? "[::]" + bare.substring(2) : bare;
    }
}
