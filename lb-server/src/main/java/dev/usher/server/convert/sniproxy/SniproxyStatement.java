package dev.usher.server.convert.sniproxy;

import dev.usher.server.convert.draft.Statement;
import java.util.List;

/** Words up to the end of the line, and the statements between braces behind; empty without braces. */
record SniproxyStatement(Statement statement, List<String> words, List<SniproxyStatement> block) {
    SniproxyStatement {
        words = List.copyOf(words);
        block = List.copyOf(block);
    }

    String name() {
        return words.getFirst();
    }

    String word(int index) {
        return index < words.size() ? words.get(index) : "";
    }
}
