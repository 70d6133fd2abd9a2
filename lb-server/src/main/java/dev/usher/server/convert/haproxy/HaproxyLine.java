package dev.usher.server.convert.haproxy;

import dev.usher.server.convert.draft.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line's words, quotes and escapes resolved; at least one. */
record HaproxyLine(Statement statement, List<String> words) {
    HaproxyLine {
        words = List.copyOf(words);
    }

    String first() {
        return words.getFirst();
    }

    /** The word at an index; empty behind the last. */
    String word(int index) {
        return index < words.size() ? words.get(index) : "";
    }

    /** Whether the line begins with the words. */
    boolean begins(String... start) {
        return words.size() >= start.length && words.subList(0, start.length).equals(List.of(start));
    }

    List<String> from(int index) {
        return words.subList(Math.min(index, words.size()), words.size());
    }

    /** The words behind {@code if} or {@code unless}, with {@code unless} as the first; null without a condition. */
    @Nullable
    List<String> condition() {
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).equals("if") || words.get(i).equals("unless")) {
                return from(i);
            }
        }
        return null;
    }
}
