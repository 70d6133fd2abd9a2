package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A catalogue that lies: each lie ends in a reason, within a time and a size. */
@Timeout(30)
class LyingConsulTest {
    private static final String LATE = "no whole answer within 500 ms";
    private static final String TOO_LARGE = "the answer is too large";
    private static final String ONE = "{\"web\": [\"usher.name=www.example\"]}";
    private static final String INSTANCE = "{\"Node\": {\"Node\": \"n\"}, \"Service\": {\"Address\": \"10.9.0.1\","
            + " \"Port\": 443, \"Tags\": [\"usher.name=www.example\"]}}";

    private final Liar consul;
    private final Feed feed;
    /** Has the time for many bytes on a busy machine. */
    private final Feed patient;

    LyingConsulTest() throws IOException {
        consul = Liar.tcp(Liar.says(""));
        feed = feed("500ms");
        patient = feed("20s");
    }

    private Feed feed(String timeout) throws IOException {
        return Feed.of(Given.source("type: consul, timeout: " + timeout + ", max_names: 100, url: \"http://127.0.0.1:"
                + consul.port() + "\""));
    }

    @AfterEach
    void stop() throws IOException {
        feed.close();
        patient.close();
        consul.close();
    }

    private static String head(long index) {
        return Liar.head("X-Consul-Index: " + index);
    }

    private String refusal() {
        return refusal(feed);
    }

    private static String refusal(Feed feed) {
        return String.valueOf(assertThrows(IOException.class, feed::ask).getMessage());
    }

    private String refusal(Liar.Answer answer) {
        consul.answers(answer);
        return refusal();
    }

    private String refusalOf(String catalogue) {
        consul.answers(Liar.says(head(1) + catalogue));
        return refusal(patient);
    }

    /** The truth, with an answer for instances. */
    private void instances(long index, String instances) {
        consul.answers((target, client) ->
                Liar.send(client, head(index) + (target.startsWith("/v1/catalog/") ? ONE : instances)));
    }

    @Test
    void refusesAnswerOverTheLimit() {
        consul.answers(Liar.says(head(1) + "{" + " ".repeat(32 << 20) + "}"));
        assertEquals(TOO_LARGE, refusal(patient));
        consul.answers(Liar.endless(head(1), " ".repeat(64 * 1024)));
        assertEquals(TOO_LARGE, refusal(patient));
    }

    /** Each answer is small enough, all together are not. */
    @Test
    void refusesAnswersThatAreTooLargeTogether() {
        String services = IntStream.range(0, 50)
                .mapToObj(i -> "\"s" + i + "\": [\"usher.name=s" + i + "\"]")
                .collect(Collectors.joining(",", "{", "}"));
        String spaces = " ".repeat(4 << 20);
        consul.answers((target, client) ->
                Liar.send(client, head(1) + (target.startsWith("/v1/catalog/") ? services : "[" + spaces + "]")));
        assertEquals(TOO_LARGE, refusal(patient));
        assertTrue(consul.asked().size() < 12, () -> consul.asked().toString());
    }

    @Test
    void refusesHeadWithoutEnd() {
        String why = refusal(Liar.endless("HTTP/1.1 200 OK\r\n", "X-Lie: again and again\r\n"));
        assertTrue(why.contains("eader"), why);
        assertEquals(LATE, refusal(consul.drops("HTTP/1.1 200 OK\r\nX: ")));
        assertEquals(LATE, refusal(consul.silentAfter("")));
    }

    @Test
    void refusesBodyInDrops() {
        assertEquals(LATE, refusal(consul.drops(head(1) + "{")));
        assertEquals(LATE, refusal(consul.silentAfter(head(1) + "{}")));
    }

    /** The whole has a deadline, not each answer. */
    @Test
    void refusesManySlowAnswers() {
        String services = IntStream.range(0, 50)
                .mapToObj(i -> "\"s" + i + "\": [\"usher.name=s" + i + "\"]")
                .collect(Collectors.joining(",", "{", "}"));
        consul.answers((target, client) -> {
            Await.pass(Duration.ofMillis(100));
            Liar.send(client, head(1) + (target.startsWith("/v1/catalog/") ? services : "[]"));
        });
        long begun = System.nanoTime();
        assertEquals(LATE, refusal());
        assertTrue(System.nanoTime() - begun < Duration.ofSeconds(3).toNanos(), "each answer had a deadline alone");
    }

    @Test
    void refusesGarbage() {
        assertTrue(refusalOf("\0\1\2").startsWith("the answer is not JSON: "), this::refusal);
        assertEquals("the answer is not a catalogue of services", refusalOf("[]"));
        assertEquals(
                "the answer is over a limit for JSON: 1000000 values and brackets, 50 deep",
                refusalOf("[" + "{},".repeat(2 << 20) + "{}]"));
        instances(1, "{}");
        assertEquals("the answer is not a list of instances", refusal(patient));
        assertEquals(
                "the answer has no X-Consul-Index: is this Consul?",
                refusal(Liar.says(Liar.head("X-Consul-Index: 1&dc=other") + ONE)));
    }

    @Test
    void leavesOutWrongTypes() throws Exception {
        instances(1, """
                [7, null, [], {}, {"Service": []}, {"Service": {"Address": {}, "Port": "x", "Tags": 7}},
                 {"Service": {"Address": "10.9.0.2", "Port": 99999999999, "Weights": [], "CreateIndex": "x"}}, %s]
                """.formatted(INSTANCE));
        Offer offer = patient.ask();
        assertEquals("[www.example]", offer.names().toString());
        assertEquals(7, offer.leftOut().size(), () -> offer.leftOut().toString());
    }

    @Test
    void refusesMoreThanAllowed() {
        String services = IntStream.range(0, 10_000)
                .mapToObj(i -> "\"s" + i + "\": [\"usher.name=s" + i + "\"]")
                .collect(Collectors.joining(",", "{", "}"));
        assertEquals("the catalogue has 10000 services with names, and max_names allows 100", refusalOf(services));
        String names = IntStream.range(0, 10_000).mapToObj(i -> "n" + i).collect(Collectors.joining(","));
        instances(1, "[" + INSTANCE.replace("www.example", names) + "]");
        assertEquals("the answer has more than 100 names: max_names allows more", refusal(patient));
        instances(1, "[" + (INSTANCE + ",").repeat(OfferBuilder.MAX_BACKENDS) + INSTANCE + "]");
        assertEquals("the services have more than 10000 instances", refusal(patient));
    }

    /** Consul has been set up anew: the next blocking query has the new index, not the old. */
    @Test
    void followsIndexThatGoesBack() throws Exception {
        instances(900, "[" + INSTANCE + "]");
        patient.ask();
        instances(3, "[" + INSTANCE + "]");
        patient.await(Duration.ofSeconds(20));
        assertEquals("[www.example]", patient.ask().names().toString());
        patient.await(Duration.ofSeconds(20));
        List<String> blocking =
                consul.asked().stream().filter(each -> each.contains("&index=")).toList();
        assertTrue(blocking.getFirst().contains("&index=900&"), blocking::toString);
        assertTrue(blocking.getLast().contains("&index=3&"), blocking::toString);
    }

    @Test
    void asksAnewIfBlockingQueriesNeverAnswer() throws Exception {
        instances(1, "[" + INSTANCE + "]");
        patient.ask();
        consul.answers(consul.silentAfter(""));
        long begun = System.nanoTime();
        patient.await(Duration.ofSeconds(1));
        assertTrue(System.nanoTime() - begun < Duration.ofSeconds(5).toNanos(), "it waits on");
        consul.answers(Liar.endless(head(2), " ".repeat(64 * 1024)));
        assertEquals(
                "a question that waits for a change: the answer is too large",
                assertThrows(IOException.class, () -> patient.await(Duration.ofSeconds(20)))
                        .getMessage());
    }
}
