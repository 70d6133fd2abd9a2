package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
    @ParameterizedTest
    @CsvSource({"web,web,0", "wbe,web,1", "severs,servers,1", "kitten,sitting,3", "'',abc,3", "abc,'',3", "ca,abc,3"})
    void countsInsertsDeletesReplacementsAndSwaps(String a, String b, int distance) {
        assertEquals(distance, Suggestion.distance(a, b));
    }

    @Test
    void suggestsTheNearestWithinAThirdOfTheWord() {
        List<String> words = List.of("routes", "pools", "limits", "least-connections");
        assertEquals(Optional.of("routes"), Suggestion.of("rotues", words));
        assertEquals(Optional.of("least-connections"), Suggestion.of("least-conn", words));
        assertEquals(Optional.empty(), Suggestion.of("frontends", words));
        assertEquals(Optional.empty(), Suggestion.of("x", words));
    }

    @Test
    void prefersTheLongerCommonPrefixOfEquals() {
        assertEquals(Optional.of("web-b"), Suggestion.of("web-", List.of("eweb-", "web-b")));
    }

    @Test
    void isClearWhereNoOtherIsAsNear() {
        assertEquals(Optional.of("pools"), Suggestion.clear("pool", List.of("routes", "pools")));
        assertEquals(Optional.of("defaults"), Suggestion.clear("default", List.of("default_route", "defaults")));
        assertEquals(Optional.empty(), Suggestion.clear("web-", List.of("web-a", "web-b")));
        assertEquals(Optional.empty(), Suggestion.clear("frontends", List.of("routes", "pools")));
    }
}
