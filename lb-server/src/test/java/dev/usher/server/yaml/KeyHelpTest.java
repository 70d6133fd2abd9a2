package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The words that an unknown key is answered with. */
class KeyHelpTest {
    @Test
    void knowsTheSectionsOfEveryKey() {
        Set<String> lost = new TreeSet<>(YamlKeys.all());
        lost.removeIf(key -> !KeyHelp.sectionsOf(key).isEmpty());
        assertEquals(Set.of(), lost);
    }
}
