package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of routes and pools, true and false ones. */
class OfferReaderTest {
    private static String refusal(String answer) {
        return String.valueOf(
                assertThrows(IOException.class, () -> Given.offer(answer)).getMessage());
    }

    private static List<String> leftOut(String answer) throws IOException {
        return Given.offer(answer).leftOut().stream()
                .map(Offer.LeftOut::toString)
                .toList();
    }

    @Test
    void readsJsonAndYamlAlike() throws IOException {
        Offer json = Given.offer("""
                {"pools": {"web": {"backends": ["10.0.0.1:443", {"address": "b.internal:8443", "weight": 3}]}},
                 "routes": {"www.example.com": "web", "*.x.example": ["10.0.0.3:443"], "y.example": {"pool": "web"}}}
                """);
        Offer yaml = Given.offer("""
                pools:
                  web: { backends: [10.0.0.1:443, { address: b.internal:8443, weight: 3 }] }
                routes:
                  www.example.com: web
                  "*.x.example": 10.0.0.3:443
                  y.example: { pool: web }
                """);
        assertEquals(json, yaml);
        assertEquals(Set.of("www.example.com", "*.x.example", "y.example"), json.names());
        assertEquals(List.of(), json.leftOut());
        assertEquals(3, Objects.requireNonNull(json.pools().get("web")).get(1).weight());
        assertEquals(3, json.backends());
    }

    /** A part that a source may not bring is left out, and the rest stays. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "bad.example: \"unix:/run/x.sock\"                          | no unix sockets",
                "bad.example: /run/x.sock                                   | no unix sockets",
                "bad.example: \"${HOME}:443\"                               | {HOME} is unknown",
                "bad.example: \"${file:/etc/passwd}\"                       | no port number",
                "bad.example: \"{name}:443\"                                | no templates",
                "bad.example: _https._tcp.x.example                         | no backend of pool",
                "bad.example: [_https._tcp.x.example]                       | no SRV records",
                "bad.example: { pool: web, allow: [10.0.0.0/8] }            | has \"allow\"",
                "bad.example: [{ address: 10.0.0.1:443, backup: true }]     | has \"backup\"",
                "bad.example: [{ address: 10.0.0.1:443, weight: 1000 }]     | weight must be 1..256",
                "bad.example: [{ address: 10.0.0.1:443, weight: [1] }]      | weight: must be 1..256, was a list",
                "bad.example: 7                                             | must be host:port, or a mapping with an address, was a number",
                "bad.example: [[10.0.0.1:443]]                              | was a list",
                "bad.example: other                                         | no backend of pool \"other\"",
                "bad.example: 10.0.0.1:99999                                | port must be",
                "\"bad.example/x\": web                                     | has a path",
                "\"*\": web                                                 | is not a route",
                "WWW.Example.COM: [10.0.0.9:443]                            | claimed by routes.www.example.com already",
            })
    void leavesOutWhatIsNoNameHostPortOrWeight(String route, String why) throws IOException {
        String answer =
                "pools: { web: { backends: 10.0.0.1:443 } }\nroutes:\n  www.example.com: web\n  " + route + "\n";
        assertEquals(Set.of("www.example.com"), Given.offer(answer).names());
        assertTrue(leftOut(answer).getFirst().contains(why), () -> why + " is not in " + uncheckedLeftOut(answer));
    }

    private static String uncheckedLeftOut(String answer) {
        try {
            return leftOut(answer).toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void leavesOutPoolWithSettings() throws IOException {
        assertTrue(leftOut("pools: { web: { backends: 10.0.0.1:443, health_check: none } }")
                .getFirst()
                .startsWith("pools.web: has \"health_check\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "                                  | an empty text",
                "[]                                | was a list",
                "7                                 | was a number",
                "routes: [a]                       | routes must be a mapping, was a list",
                "pools: 7                          | pools must be a mapping, was a number",
                "include: [x]                      | may bring routes and pools alone",
                "sources: { a: {} }                | may bring routes and pools alone",
                "listeners: {}                     | may bring routes and pools alone",
                "{\"routes\":                      | neither JSON nor YAML",
                "a: b: c                           | neither JSON nor YAML",
                "<html>404</html>                  | was a text",
                "{\"routes\": {}, \"routes\": {}}  | neither JSON nor YAML",
            })
    void refusesAnswerOfAnotherShape(String answer, String why) {
        String text = answer == null ? "" : answer;
        assertTrue(refusal(text).contains(why), () -> refusal(text));
    }

    @Test
    void refusesWhatIsNotText() {
        IOException fault =
                assertThrows(IOException.class, () -> OfferReader.read(new byte[] {'{', (byte) 0xff, '}'}, 10));
        assertEquals("the answer is not UTF-8 text", fault.getMessage());
    }

    @Test
    void refusesMoreNamesThanAllowed() {
        String answer = IntStream.range(0, 10_000)
                .mapToObj(i -> "\"n" + i + ".example\": \"10.0.0.1:443\"")
                .collect(Collectors.joining(",", "{\"routes\": {", "}}"));
        assertEquals("the answer has 10000 names, and max_names allows 1000", refusal(answer));
    }

    /** Aliases would make a small answer a huge one; they are plain text here. */
    @Test
    void expandsNoAlias() throws IOException {
        Offer offer = Given.offer(
                "pools: { a: { backends: &x [10.0.0.1:443] }, b: { backends: *x } }\nroutes: { n.example: b }\n");
        assertEquals(Set.of(), offer.names());
    }
}
