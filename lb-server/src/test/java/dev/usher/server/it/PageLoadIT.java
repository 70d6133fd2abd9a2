package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.BusyAdmin;
import dev.usher.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a browser that has nothing yet is sent for a page of the dashboard: files, answers, history, but for headers. */
@Tag("slow")
class PageLoadIT {
    /** Of all that a page is sent, zipped, until it shows what it has to show. */
    private static final int BUDGET = 60_000;

    private static final Duration SLOW_BROWSER = Duration.ofSeconds(30);

    private final Parts parts = new Parts();

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    /** Each page with a text that it has once its data are there. */
    private static Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", "the last 15 min");
        pages.put("map", "www.service-9.example.com");
        pages.put("failures", "nobody-3.example.net");
        pages.put("routes", "www.service-9.example.com");
        pages.put("pools", "service-9");
        pages.put("pools?latency=service-3", "Latency of service-3");
        pages.put("connections", "service-9.example.com");
        pages.put("names", "nobody-3.example.net");
        pages.put("certificates", "CN=service-9.example.com");
        pages.put("events", "weight of 127.0.0.1");
        pages.put("config", "generation");
        pages.put("system", "the last 15 min");
        return pages;
    }

    @Test
    void everyPageWithAllThatFillsItIsWithinItsBudget() throws Exception {
        BusyAdmin admin = parts.add(new BusyAdmin());
        Browser browser = parts.add(new Browser());
        int stream = firstFrame(admin.uri());
        Map<String, Integer> weights = new LinkedHashMap<>();
        for (Map.Entry<String, String> page : pages().entrySet()) {
            browser.forgetFiles();
            browser.open(admin.uri().resolve("/ui/" + page.getKey()).toString());
            browser.awaitText(page.getValue(), SLOW_BROWSER);
            Await.until(() -> isQuiet(browser), "nothing more comes", SLOW_BROWSER);
            weights.put(page.getKey(), transferred(browser) + stream);
        }
        System.out.println("bytes of each page in all: " + weights);
        weights.forEach((page, weight) -> assertTrue(weight < BUDGET, page + " takes " + weight + " bytes"));
        assertEquals(1, asked(browser, "/history"), "once");
    }

    /** A chart draws from one point to the next: a point between two without a value is none. */
    @Test
    void aSecondPageHasItsChartsFilledAsWell() throws Exception {
        BusyAdmin admin = parts.add(new BusyAdmin());
        Browser browser = parts.add(new Browser());
        browser.open(admin.uri().resolve("/ui/overview").toString());
        Await.until(() -> drawn(browser, "open") > 200, "the first page is drawn", SLOW_BROWSER);
        double first = newest(browser);
        for (int frames = 1; frames <= 2; frames++) { // by which points of four frames could be elsewhere
            double since = first + frames - 0.5;
            Await.until(() -> newest(browser) > since, "a frame comes", SLOW_BROWSER);
        }
        browser.press("gs");
        Await.until(() -> asked(browser, "/history") == 2, "the second page has asked for more", SLOW_BROWSER);
        for (String column : List.of("heap_bytes", "loop_delay_seconds", "hello_p99", "open")) {
            Await.until(() -> drawn(browser, column) > 200, column + " is drawn", SLOW_BROWSER);
        }
    }

    /** Lines from one point to the next that a chart of this column has. */
    private static int drawn(Browser browser, String column) throws Exception {
        return browser.runAsync("""
                const [column, done] = arguments;
                import("/assets/lib/live.js").then(({ history }) =>
                  done(history()[column].filter((value, i, all) => i > 0 && value != null && all[i - 1] != null).length));
                """, column).asInt();
    }

    /** Seconds since 1970. */
    private static double newest(Browser browser) throws Exception {
        return browser.runAsync("""
                const [done] = arguments;
                import("/assets/lib/live.js").then(({ history }) => done(history().at.at(-1)));
                """).asDouble();
    }

    /** Whether all that the page has asked for is there, and was for a while: what it asks every 2 s comes after it. */
    private static boolean isQuiet(Browser browser) throws Exception {
        return browser.run("""
                return document.readyState === "complete" && !document.querySelector(".loading") &&
                  performance.now() - Math.max(...performance.getEntriesByType("resource").map((e) => e.responseEnd)) > 1000;
                """).asBoolean();
    }

    /** Each address counts once: what is asked again and again is no part of the load. */
    private static int transferred(Browser browser) throws Exception {
        return browser.run("""
                const first = new Map();
                const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
                for (const each of all) if (!first.has(each.name)) first.set(each.name, each.encodedBodySize);
                return [...first.values()].reduce((sum, size) => sum + size, 0);
                """).asInt();
    }

    private static int asked(Browser browser, String path) throws Exception {
        return browser.run(
                        "return performance.getEntriesByType('resource').filter((e) => e.name.includes(arguments[0])).length",
                        path)
                .asInt();
    }

    /** Bytes of the stream up to the end of its first frame. A browser counts them when the stream is over. */
    private static int firstFrame(URI admin) throws IOException {
        try (Socket socket = new Socket(admin.getHost(), admin.getPort())) {
            socket.setSoTimeout((int) SLOW_BROWSER.toMillis());
            socket.getOutputStream()
                    .write("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            int bytes = 0;
            boolean frame = false;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                bytes += line.length() + 1;
                frame |= line.startsWith("data: ");
                if (frame && line.isEmpty()) {
                    return bytes;
                }
            }
            throw new IOException("the stream has ended");
        }
    }
}
