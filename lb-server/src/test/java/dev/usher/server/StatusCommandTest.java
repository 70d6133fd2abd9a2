package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.usher.server.it.Ports;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The line for monitoring, by what the API answers. */
class StatusCommandTest {
    private static final String STATUS = """
            {"version": "0", "state": "serving", "uptime_seconds": 1, "pools": {"serving": 1, "total": 1},
             "attention_total": {"critical": %d, "warning": %d, "info": %d},
             "attention": [%s]}
            """;
    private static final String ENTRY = """
            {"severity": "critical", "subject": "pool web", "text": "no backend is available", "since": null}""";

    /** The answer has the ten worst, and says how many there are. */
    @ParameterizedTest
    @CsvSource({
        "10,2000,300,30,' (and 2329 more)'",
        "2,1,1,0,' (and 1 more)'",
        "1,1,0,0,''",
    })
    void checkCountsWhatTheAnswerLeavesOut(int entries, int critical, int warning, int info, String more)
            throws Exception {
        String answer =
                STATUS.formatted(critical, warning, info, String.join(",", Collections.nCopies(entries, ENTRY)));
        assertEquals("critical: pool web: no backend is available" + more + "\n", check(answer, 2));
    }

    /** By the worst entry, wherever in the list. */
    @ParameterizedTest
    @CsvSource({"critical info,2,critical", "warning info,1,warning", "info,0,ok", "info warning,1,warning"})
    void checkEndsWithWhatIsWorst(String severities, int exitCode, String word) throws Exception {
        String entries = Stream.of(severities.split(" ", -1))
                .map(severity -> ENTRY.replace("critical", severity))
                .collect(Collectors.joining(","));
        String said = check(STATUS.formatted(0, 0, 2, entries), exitCode);
        assertTrue(said.startsWith(word + ": "), said);
    }

    @Test
    void checkEndsWithThreeWhereNobodyAnswers() throws Exception {
        int port = Ports.free();
        StringWriter err = new StringWriter();
        CommandLine commands = Main.commandLine().setErr(new PrintWriter(err, true));
        assertEquals(3, commands.execute("status", "--check", "--admin", "http://127.0.0.1:" + port), err::toString);
    }

    @Test
    void checkSaysThatAllIsWell() throws Exception {
        assertEquals("ok: serving for 1 s, 1 of 1 pools serving\n", check(STATUS.formatted(0, 0, 0, ""), 0));
    }

    @ParameterizedTest
    @CsvSource({
        "true,'draining, still listening, 3 connections open; up for 1 s'",
        "false,'draining, 3 connections left; up for 1 s'",
    })
    void saysWhetherADrainingUsherStillTakesConnections(boolean listening, String state) throws Exception {
        String answer = STATUS.formatted(0, 0, 0, "")
                .replace("serving\", \"up", "draining\", \"listening\": " + listening + ", \"open\": 3, \"up");
        assertEquals("ok: " + state + ", 1 of 1 pools serving\n", check(answer, 0));
    }

    private static String check(String answer, int exitCode) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/", exchange -> {
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            StringWriter out = new StringWriter();
            CommandLine commands = Main.commandLine().setOut(new PrintWriter(out, true));
            assertEquals(
                    exitCode,
                    commands.execute(
                            "status",
                            "--check",
                            "--admin",
                            "http://127.0.0.1:" + server.getAddress().getPort()));
            return out.toString();
        } finally {
            server.stop(0);
        }
    }
}
