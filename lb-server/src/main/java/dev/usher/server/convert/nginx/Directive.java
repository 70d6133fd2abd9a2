package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Statement;
import java.util.List;

/**
 * A directive with the block behind.
 *
 * @param file where the directive stands
 * @param words the name and the arguments; at least one
 * @param block empty without a block
 */
record Directive(PeerText file, Statement statement, List<String> words, List<Directive> block) {
    Directive {
        words = List.copyOf(words);
        block = List.copyOf(block);
    }

    String name() {
        return words.getFirst();
    }

    /** The argument at an index, from 1; empty behind the last. */
    String word(int index) {
        return index < words.size() ? words.get(index) : "";
    }

    List<String> arguments() {
        return words.subList(1, words.size());
    }

    boolean is(String name) {
        return name().equals(name);
    }

    boolean isOn() {
        return word(1).equals("on");
    }
}
