package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The words that an unknown key is answered with. */
class KeyHelpTest {
    @Test
    void knowsEverySectionOfEveryKey() {
        List<String> lost = YamlKeys.places().stream()
                .filter(place -> !KeyHelp.sectionsOf(place.key()).contains(inWords(place.section())))
                .map(place -> place.key() + " " + inWords(place.section()))
                .toList();
        assertEquals(List.of(), lost, "not in KeyHelp.sections");
    }

    private static String inWords(String section) {
        return switch (section) {
            case "usher" -> "at the top of the file";
            case "listener", "route", "pool", "source" -> "in a " + section;
            case "backend" -> "in an entry of backends";
            case "http_rule" -> "in http.requests";
            case "postgres" -> "in not_tls.postgres";
            case "per_client_ip" -> "in limits.per_client_ip";
            case "expectation" -> "in expect";
            case "token" -> "in admin.tokens";
            case "tls" -> "in admin.tls";
            case "access_log" -> "in logging.access";
            default -> "in " + section;
        };
    }
}
