package dev.usher.server.it;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Chromium without a window, driven by ChromeDriver over the W3C WebDriver protocol. */
final class Browser implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of a picture: a page may be as long as its table. */
    private static final int MAX_HEIGHT = 3000;

    /** The Escape key (WebDriver, section 17.4.2). */
    static final String ESCAPE = "\uE00C";

    /** A device of this width and height, in CSS pixels. */
    enum Screen {
        DESK(1280, 900, false),
        /** Of a picture in a text. */
        SHEET(1100, 800, false),
        PHONE(390, 844, true);

        private final int width;
        private final int height;
        private final boolean mobile;

        Screen(int width, int height, boolean mobile) {
            this.width = width;
            this.height = height;
            this.mobile = mobile;
        }
    }

    private final Program driver;
    private final HttpClient client = HttpClient.newHttpClient();
    private final String session;
    private Screen screen = Screen.DESK;

    Browser() throws Exception {
        this("--disable-extensions");
    }

    /** @param setting a further argument of the browser */
    Browser(String setting) throws Exception {
        String chromium = Program.require("chromium");
        driver = Program.start("chromedriver", List.of(Program.require("chromedriver"), "--port=" + Ports.free()));
        try {
            String port = driver.awaitPrinted("on port (\\d+)\\.", PATIENCE).group(1);
            String base = "http://127.0.0.1:" + port + "/session";
            session = base + "/"
                    + post(base, capabilities(chromium, setting))
                            .at("/sessionId")
                            .asString();
            screen(screen);
        } catch (Exception | AssertionError e) {
            driver.close();
            throw e;
        }
    }

    private static Map<String, Object> capabilities(String chromium, String setting) {
        List<String> arguments = List.of(
                "--headless=new",
                "--no-sandbox", // of a test, which may be run by root
                "--disable-gpu",
                "--disable-lcd-text", // colours around letters make a picture twice as large
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                setting,
                "--user-data-dir=" + Program.directory("chromium"));
        return Map.of(
                "capabilities",
                Map.of(
                        "alwaysMatch",
                        Map.of(
                                "browserName",
                                "chrome",
                                "acceptInsecureCerts",
                                true,
                                "goog:loggingPrefs",
                                Map.of("browser", "ALL"),
                                "goog:chromeOptions",
                                Map.of("binary", chromium, "args", arguments))));
    }

    // ---- what it shows ----

    /** Loads a page, and waits for its load event. */
    void open(String url) throws Exception {
        post(session + "/url", Map.of("url", url));
    }

    void refresh() throws Exception {
        post(session + "/refresh", Map.of());
    }

    void back() throws Exception {
        post(session + "/back", Map.of());
    }

    String url() throws Exception {
        return get(session + "/url").asString();
    }

    /** All that can be read on the page. */
    String text() throws Exception {
        return run("return document.body.innerText").asString();
    }

    /** Waits until the page shows a text. */
    void awaitText(String part) throws Exception {
        awaitText(part, Await.PATIENCE);
    }

    void awaitText(String part, Duration patience) throws Exception {
        try {
            Await.until(() -> text().contains(part), "the page shows \"" + part + '"', patience);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; it shows: " + text(), e);
        }
    }

    // ---- what a person does ----

    /** Clicks what a CSS selector finds first, as a mouse would: it has to be visible, and nothing may cover it. */
    void click(String selector) throws Exception {
        post(session + "/element/" + element("css selector", selector) + "/click", Map.of());
    }

    /** Clicks the first button or link whose text is this. */
    void clickText(String text) throws Exception {
        String path = "//*[self::button or self::a][normalize-space(.)='" + text + "']";
        post(session + "/element/" + element("xpath", path) + "/click", Map.of());
    }

    /** Types into the field that a CSS selector finds. */
    void type(String selector, String text) throws Exception {
        post(session + "/element/" + element("css selector", selector) + "/value", Map.of("text", text));
    }

    /** Presses keys one after the other, wherever the focus is. */
    void press(String keys) throws Exception {
        List<Map<String, String>> strokes = keys.chars()
                .mapToObj(Character::toString)
                .flatMap(key ->
                        Stream.of(Map.of("type", "keyDown", "value", key), Map.of("type", "keyUp", "value", key)))
                .toList();
        post(
                session + "/actions",
                Map.of("actions", List.of(Map.of("type", "key", "id", "keyboard", "actions", strokes))));
    }

    private String element(String using, String value) throws Exception {
        JsonNode found = post(session + "/element", Map.of("using", using, "value", value));
        return found.iterator().next().asString();
    }

    // ---- what a developer does ----

    /** Runs the body of a function, with {@code arguments[0]} and so on. */
    JsonNode run(String script, Object... arguments) throws Exception {
        return post(session + "/execute/sync", Map.of("script", script, "args", List.of(arguments)));
    }

    /** Runs the body of a function that calls its last argument with the result. */
    JsonNode runAsync(String script, Object... arguments) throws Exception {
        return post(session + "/execute/async", Map.of("script", script, "args", List.of(arguments)));
    }

    /** What the console has said since it was asked last: errors, warnings and violations of the CSP among it. */
    List<String> console() throws Exception {
        JsonNode entries = post(session + "/se/log", Map.of("type", "browser"));
        return entries.valueStream()
                .map(entry -> entry.path("level").asString() + " "
                        + entry.path("message").asString())
                .toList();
    }

    void screen(Screen screen) throws Exception {
        this.screen = screen;
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("width", screen.width);
        metrics.put("height", screen.height);
        metrics.put("deviceScaleFactor", 1);
        metrics.put("mobile", screen.mobile);
        devTools("Emulation.setDeviceMetricsOverride", metrics);
    }

    /** What the system prefers, as pages see it: {@code light} or {@code dark}. */
    void colorScheme(String scheme) throws Exception {
        devTools(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** With the switch of the browser's settings: no script of a page runs from the next page on. */
    void scripts(boolean enabled) throws Exception {
        devTools("Emulation.setScriptExecutionDisabled", Map.of("value", !enabled));
    }

    /** Has the next page fetch each file anew. */
    void forgetFiles() throws Exception {
        devTools("Network.clearBrowserCache", Map.of());
    }

    private JsonNode devTools(String command, Map<String, Object> parameters) throws Exception {
        return post(session + "/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
    }

    /** A picture of the page as high as what is on it, as PNG. */
    void screenshot(Path file) throws Exception {
        int height = run("return document.body.offsetHeight").asInt();
        picture(file, Math.clamp(height, 1, MAX_HEIGHT));
    }

    /** A picture of what the screen shows of the page. */
    void view(Path file) throws Exception {
        picture(file, screen.height);
    }

    private void picture(Path file, int height) throws Exception {
        Map<String, Integer> clip = Map.of("x", 0, "y", 0, "width", screen.width, "height", height, "scale", 1);
        JsonNode picture = devTools(
                "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(picture.path("data").asString()));
    }

    // ---- the protocol ----

    private JsonNode get(String url) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    private JsonNode post(String url, Map<String, Object> body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    private JsonNode send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
        JsonNode value = JSON.readTree(answer.body()).path("value");
        if (answer.statusCode() != 200) {
            throw new AssertionError(value.path("error").asString() + ": "
                    + value.path("message").asString());
        }
        return value;
    }

    @Override
    public void close() {
        try {
            send(HttpRequest.newBuilder(URI.create(session)).DELETE());
        } catch (Exception | AssertionError gone) {
            // Its processes are ended below in any case.
        } finally {
            client.close();
            driver.close();
        }
    }
}
