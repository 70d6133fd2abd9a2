package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.it.Browser.Screen;
import dev.usher.testing.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard of a running usher with real traffic through it, as a person with a browser sees and uses it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
@Tag("slow")
class DashboardIT {
    private static final String WWW = "www.example.com";
    private static final String SHOP = "shop.example.com";
    private static final String DENIED = "intern.example.com";
    private static final String ECHO = "echo.example.com";
    /** What leaves a mark if anybody takes it for markup. No script of its own is needed: a picture is found, too. */
    private static final String MARKUP = "<img src=x onerror=window.__pwned=1>";
    /** From the event to the page, without a refresh. */
    private static final Duration SOON = Duration.ofSeconds(3);

    private static final Duration SLOW_BROWSER = Duration.ofSeconds(30);

    private static final Path PICTURES = Path.of("target", "screenshots");

    private final Parts parts = new Parts();
    private final HttpClient client = HttpClient.newHttpClient();
    private Certificates certificates;
    private Web first;
    private Web second;
    private Web shop;
    /** May be changed, and has traffic. */
    private Usher usher;
    /** Read-only, as usher is unless told otherwise; its backends' certificates are hostile. */
    private Usher shut;

    private Browser browser;

    // ---- the scene ----

    @BeforeAll
    void serve() throws Exception {
        browser = parts.add(new Browser());
        certificates = new Certificates();
        first = parts.add(new Web(certificates.leaf(WWW), ""));
        second = parts.add(new Web(certificates.leaf(WWW), ""));
        shop = parts.add(new Web(certificates.leaf(SHOP), ""));
        usher = parts.add(Usher.withAdmin(
                "read_only: false", """
                routes:
                  www.example.com: web
                  .web.example.com: web
                  shop.example.com: shop
                  intern.example.com: { pool: shop, deny: [192.0.2.0/24] }
                pools:
                  web:
                    backends: ["%s", "%s"]
                    health_check: { server_name: www.example.com }
                  shop:
                    backends: ["%s"]
                    health_check: { server_name: shop.example.com }
                defaults:
                  health_check: { type: tls, verify: false, interval: 200ms, fall: 2, warn_expiry: 1d }
                """.formatted(first.hostPort(), second.hostPort(), shop.hostPort())));
        parts.add(new Guests(certificates, usher.address(), WWW, SHOP));
        second.kill(); // so that there are events
        Await.until(() -> serving() == 2, "it is down");
        second.restart();
        Await.until(() -> serving() == 3, "it is up again");
        serveHostile();
    }

    private void serveHostile() throws Exception {
        Web hostile = parts.add(new Web(certificates.leaf(MARKUP, MARKUP, ECHO), ""));
        Backend echo = parts.add(new Backend(Backend.ECHO));
        shut = parts.add(Usher.withAdmin(
                """
                routes: { %s: echo, www.example.com: hostile }
                pools:
                  echo: { backends: ["127.0.0.1:%d"], health_check: none }
                  hostile:
                    backends: ["%s"]
                    health_check: { type: tls, verify: true, trust_store: "%s", server_name: www.example.com, interval: 200ms }
                """.formatted(ECHO, echo.address().getPort(), hostile.hostPort(), certificates.authorityFile())));
    }

    @AfterAll
    void stop() throws Exception {
        client.close();
        parts.closeAll();
    }

    @BeforeEach
    void begin() throws Exception {
        browser.screen(Screen.DESK);
        browser.colorScheme("light");
        browser.console();
    }

    /** A test that breaks something on purpose reads what the console has said of it before it ends. */
    @AfterEach
    void nothingWentWrongUnseen() throws Exception {
        assertEquals(List.of(), complaints());
    }

    private List<String> complaints() throws Exception {
        return browser.console().stream()
                .filter(line -> line.startsWith("SEVERE") || line.startsWith("WARNING"))
                .toList();
    }

    /** What each page shows when it is whole, of this usher and its traffic. */
    private Map<String, List<String>> pages() {
        Map<String, List<String>> pages = new LinkedHashMap<>();
        pages.put(
                "overview", List.of("of 3 backends take sessions", "New per second", "Latest events", "unknown name"));
        pages.put("map", List.of(WWW, SHOP, DENIED, first.hostPort(), second.hostPort(), "of 2 serving", "/s"));
        pages.put("routes", List.of(WWW, SHOP, ".web.example.com", DENIED, "of 2"));
        pages.put("pools", List.of(first.hostPort(), second.hostPort(), shop.hostPort(), "tls probes", "of 2 serving"));
        pages.put("connections", List.of(" open", "127.0.0.1:", WWW, SHOP));
        pages.put("failures", List.of("unknown name", "old.example.com", "no route for the name", "127.0.0.1:"));
        pages.put("names", List.of(WWW, "old.example.com", "add this route"));
        pages.put("certificates", List.of("CN=" + WWW, "CN=" + SHOP, "CN=usher test authority"));
        pages.put("events", List.of("backend down", "backend up", second.hostPort()));
        pages.put("config", List.of("generation", "config up to date", "None: what is on disk is in force."));
        pages.put("system", List.of("Workers", "Java", "Made of "));
        return pages;
    }

    private String page(Usher of, String path) throws Exception {
        return of.admin().resolve("/ui/" + path).toString();
    }

    private void open(Usher of, String path) throws Exception {
        browser.open(page(of, path));
    }

    private void awaitWhole(String page) throws Exception {
        for (String text : pages().get(page)) {
            awaitText(text, SLOW_BROWSER);
        }
    }

    private void awaitText(String text, Duration patience) throws Exception {
        browser.awaitText(text, patience);
    }

    private JsonNode api(Usher of, String path) throws Exception {
        URI uri = of.admin().resolve("/api/v1/" + path);
        return JsonMapper.shared()
                .readTree(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                        .body());
    }

    private int serving() throws Exception {
        return api(usher, "status").at("/backends/serving").asInt();
    }

    private boolean isTrue(String expression) throws Exception {
        return browser.run("return Boolean(" + expression + ")").asBoolean();
    }

    // ---- what it shows ----

    @Test
    void everyPageShowsItsData() throws Exception {
        for (String page : pages().keySet()) {
            open(usher, page);
            awaitWhole(page);
            assertFalse(isTrue("document.querySelector('.box.bad, .loading')"), page + ": " + browser.text());
            assertEquals(List.of(), complaints(), page);
        }
    }

    @Test
    void chartsAreDrawn() throws Exception {
        open(usher, "overview");
        awaitWhole("overview");
        Await.until(
                () -> isTrue("[...document.querySelectorAll('.plot canvas')].length === 6 &&"
                        + " [...document.querySelectorAll('.summary')].some((s) => /[1-9]/.test(s.innerText))"),
                "each chart has drawn something",
                SLOW_BROWSER);
        open(usher, "pools?latency=web");
        awaitText("first byte", SLOW_BROWSER);
        Await.until(() -> isTrue("document.querySelector('.whole canvas')"), "the distribution is drawn", SLOW_BROWSER);
    }

    @Test
    void aDeadBackendIsSeenWithoutARefresh() throws Exception {
        Map<String, String> signs =
                Map.of("pools", "tr.down", "overview", ".attention.some", "map", "[data-map] path.bad");
        for (String page : List.of("pools", "overview", "map")) {
            String shown = "document.querySelector('" + signs.get(page) + "')";
            open(usher, page);
            awaitWhole(page);
            assertFalse(isTrue(shown), browser.text());
            browser.run("window.__sameVisit = true");
            second.kill();
            try {
                Await.until(() -> isTrue(shown), page + " shows that it is down", SOON);
                assertTrue(isTrue("window.__sameVisit"), "nobody has loaded it again");
            } finally {
                second.restart();
            }
            Await.until(() -> !isTrue(shown), page + " shows that it is up again");
        }
    }

    @Test
    void explainSaysWhatBecomesOfAName() throws Exception {
        open(usher, "routes");
        awaitWhole("routes");
        browser.type("#ask-name", WWW);
        browser.clickText("Explain");
        awaitText("routed to pool web", SLOW_BROWSER);
        browser.clickText("Clear");
        browser.type("#ask-name", "nobody.example.com");
        browser.clickText("Explain");
        awaitText("ends with unknown_name", SLOW_BROWSER);
        browser.clickText("Clear");
        browser.type("#ask-name", DENIED);
        browser.type("#ask-client", "192.0.2.7");
        browser.clickText("Explain");
        awaitText("ends with denied", SLOW_BROWSER);
        assertTrue(browser.url().contains("client=192.0.2.7"), browser.url());
        browser.refresh();
        awaitText("ends with denied", SLOW_BROWSER);
    }

    /** They are good for two days, and the pools want to be warned one day ahead. */
    @Test
    void certificatesAreAmberWhenTheirPoolWantsToBeWarned() throws Exception {
        open(usher, "certificates");
        awaitWhole("certificates");
        assertTrue(isTrue("document.querySelector('td .mark.good')"), browser.text());
        assertFalse(isTrue("document.querySelector('td .mark.warn')"), browser.text());
    }

    @Test
    void theFootOfTheSystemPageSaysWhatUsherIsMadeOf() throws Exception {
        open(usher, "system");
        awaitWhole("system");
        assertFalse(browser.text().contains("preact"), browser.text());
        browser.run("document.querySelector('footer summary').click()");
        awaitText("preact", SOON);
        awaitText("undertow", SOON);
    }

    /** No line can be seen there, and of a name with a visitor now and then there is nothing else. */
    @Test
    void aValueBetweenGapsIsAPointOfTheChart() throws Exception {
        open(usher, "overview");
        awaitWhole("overview");
        assertEquals("[0,3]", browser.runAsync("""
                        const [done] = arguments;
                        import("/assets/lib/plot.js").then(({ line }) => {
                          const { points } = line({ label: "p50", colour: "--dim" });
                          done(JSON.stringify(points.filter({ data: [[], [7, null, null, 3, null, 4, 5]] }, 1)));
                        });
                        """).asString());
    }

    /** A sentence has UTC for the log and the API, where nobody knows who reads. */
    @Test
    void timesWithinSentencesAreThoseOfTheBrowser() throws Exception {
        assertEquals("ended at here: x, since here", browser.runAsync("""
                        const [done] = arguments;
                        import("/assets/lib/format.js").then(({ dateTime, localTimes }) => {
                          const here = dateTime(new Date("2026-11-26T12:03:04Z"));
                          done(localTimes("ended at 2026-11-26T12:03:04.123Z: x, since 2026-11-26T12:03:04Z").replaceAll(here, "here"));
                        });
                        """).asString());
        open(usher, "pools");
        awaitWhole("pools");
        browser.clickText("Drain " + shop.hostPort());
        awaitText("Take the last backend out of pool shop?", SOON);
        browser.clickText("Drain it");
        awaitText("draining", SOON);
        open(usher, "overview");
        awaitText(
                "no backend is available; clients of shop.example.com, intern.example.com get a TLS alert",
                SLOW_BROWSER);
        assertTrue(browser.text().contains("get a TLS alert: 1 draining (by 127.0.0.1)"), browser.text());
        assertFalse(browser.text().matches("(?s).*\\d\\dT\\d\\d:.*"), browser.text());
        open(usher, "pools");
        awaitWhole("pools");
        browser.clickText("Enable " + shop.hostPort());
        Await.until(() -> !browser.text().contains("draining"), "it is up", SOON);
        assertTrue(complaints().stream().allMatch(line -> line.contains("409")), "what was refused, and no more");
    }

    /** What is beside the screen must not make a row tall; and where rows are stacked, nothing is beside it. */
    @Test
    void rowsOnAPhoneAreAsHighAsWhatIsSeenOfThem() throws Exception {
        browser.screen(Screen.PHONE);
        try {
            for (String page : List.of("events", "certificates")) {
                open(usher, page);
                awaitWhole(page);
                assertTrue(
                        isTrue(
                                "[...document.querySelectorAll('main .wide')].every((e) => e.scrollWidth <= e.clientWidth)"),
                        page + " is wider than the screen");
            }
            open(usher, "names");
            awaitWhole("names");
            assertTrue(
                    isTrue("[...document.querySelectorAll('tbody tr')].every((row) => row.offsetHeight <"
                            + " 2 * parseFloat(getComputedStyle(row).lineHeight))"),
                    "a name is one line");
        } finally {
            browser.screen(Screen.DESK);
        }
    }

    // ---- what it does ----

    @Test
    void drainTakesEffectOnTraffic() throws Exception {
        Visitor visitor = new Visitor(certificates, WWW);
        try (Visitor.Stay old = visitor.new Stay(usher.address())) {
            String drained = backendOf(old.address());
            open(usher, "pools");
            awaitWhole("pools");
            browser.clickText("Drain " + drained);
            awaitText("draining", SOON);
            for (int i = 0; i < 10; i++) {
                assertNotEquals(drained, backendOfVisit(visitor));
            }
            old.ask();
            browser.clickText("Enable " + drained);
            Await.until(() -> !browser.text().contains("draining"), "it is up", SOON);
            Await.until(() -> backendOfVisit(visitor).equals(drained), "it has visitors again");
            old.ask();
        }
    }

    @Test
    void asksBeforeTheLastBackendOfAPoolIsTakenOut() throws Exception {
        String drain = "Drain " + shop.hostPort();
        open(usher, "pools");
        awaitWhole("pools");
        browser.clickText(drain);
        awaitText("Take the last backend out of pool shop?", SOON);
        awaitText("clients of shop.example.com, intern.example.com get a TLS alert", SOON);
        browser.clickText("Cancel");
        Await.until(() -> !browser.text().contains("Take the last backend"), "the question is gone", SOON);
        assertFalse(browser.text().contains("draining"), browser.text());
        browser.clickText(drain);
        awaitText("Take the last backend out of pool shop?", SOON);
        browser.clickText("Drain it");
        awaitText("draining", SOON);
        browser.clickText("Enable " + shop.hostPort());
        Await.until(() -> !browser.text().contains("draining"), "it is up", SOON);
        assertTrue(complaints().stream().allMatch(line -> line.contains("409")), "what was refused, and no more");
    }

    private String backendOf(InetSocketAddress of) throws Exception {
        return api(usher, "connections?filter=127.0.0.1:" + of.getPort())
                .at("/connections/0/backend")
                .asString();
    }

    private String backendOfVisit(Visitor visitor) throws Exception {
        usher.log().skip(); // a port may come twice
        int port = visitor.visit("127.0.0.1", usher.address());
        return usher.log()
                .of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .text("backend");
    }

    @Test
    void readOnlyHasNoButtonsAndSaysWhy() throws Exception {
        for (String page : List.of("pools", "connections", "config")) {
            open(shut, page);
            awaitText("admin.read_only: false", SLOW_BROWSER);
            assertFalse(
                    isTrue("[...document.querySelectorAll('main button')]"
                            + ".some((b) => /^(Drain|Enable|Close|Reload)/.test(b.innerText))"),
                    page);
        }
    }

    // ---- where one is ----

    @Test
    void linksLastAndKeysWork() throws Exception {
        open(usher, "names?filter=old&known=false");
        awaitText("old.example.com", SLOW_BROWSER);
        browser.refresh();
        awaitText("old.example.com", SLOW_BROWSER);
        assertEquals(
                "old",
                browser.run("return document.querySelector('[data-search]').value")
                        .asString());
        assertFalse(browser.text().contains(WWW), "the filter holds");
        browser.press("gp");
        awaitWhole("pools");
        assertEquals(page(usher, "pools"), browser.url());
        browser.back();
        awaitText("old.example.com", SLOW_BROWSER);
        assertEquals(page(usher, "names?filter=old&known=false"), browser.url());
        browser.press("/");
        assertTrue(isTrue("document.activeElement.matches('[data-search]')"), "/ searches");
        browser.press(Browser.ESCAPE);
        assertFalse(isTrue("document.activeElement.matches('[data-search]')"), "Esc leaves");
        browser.press("?");
        awaitText("next and previous row", SLOW_BROWSER);
        browser.press(Browser.ESCAPE);
        Await.until(() -> !isTrue("document.querySelector('dialog')"), "the keys are gone");
    }

    // ---- strangers ----

    @Test
    void whatStrangersChooseIsTextEverywhere() throws Exception {
        String longName = "xn--" + "a".repeat(59) + "." + "b".repeat(63) + "." + "c".repeat(63) + ".example";
        greet(MARKUP);
        greet("\"><script>window.__pwned=1</script>");
        for (int i = 0; i < 12; i++) {
            greet(longName);
            greet("xn--javascript-alert_1.example");
        }
        try (Peer stays = Peer.connect(shut)) {
            stays.send(Hello.hostile(ECHO, MARKUP, "http/1.1"));
            Map<String, String> places = new LinkedHashMap<>();
            places.put("overview", "need");
            places.put("connections", MARKUP);
            places.put("names", longName);
            places.put("certificates", MARKUP);
            places.put("pools", "down");
            places.put("events", "backend");
            places.put("config", "generation");
            places.put("system", "Workers");
            places.put("routes?explain=1&name=" + "%3Cimg%20src%3Dx%20onerror%3Dwindow.__pwned%3D1%3E", "img src=x");
            places.put("connections?filter=%3Cimg%20src%3Dx%3E&pool=%3Cimg%20src%3Dx%3E", "No connection");
            places.put("%3Cimg%20src=x%20onerror=window.__pwned=1%3E", "There is no page");
            for (Map.Entry<String, String> place : places.entrySet()) {
                open(shut, place.getKey());
                awaitText(place.getValue(), SLOW_BROWSER);
                assertFalse(isTrue("window.__pwned"), place.getKey());
                assertFalse(
                        isTrue("document.querySelector('img:not([src^=\"/assets/\"]), main script')"), place.getKey());
            }
            browser.open(shut.admin().resolve("/plain").toString());
            assertFalse(isTrue("document.querySelector('img, script')"), "/plain");
        }
        browser.console(); // one of these was a question that the API refuses
    }

    private void greet(String name) throws Exception {
        try (Peer peer = Peer.connect(shut)) {
            peer.send(Hello.hostile(name, MARKUP)).ending();
        }
    }

    // ---- when usher is away ----

    @Test
    void aLostConnectionIsToldAndComesBack() throws Exception {
        open(shut, "overview");
        awaitText("Open connections", SLOW_BROWSER);
        awaitText("no session failed", SLOW_BROWSER);
        shut.program().signal("STOP");
        try {
            awaitText("Connection to usher lost since", Duration.ofSeconds(10));
            assertTrue(isTrue("document.querySelector('.lost').innerText.match(/since \\d\\d:\\d\\d:\\d\\d/)"));
            browser.screenshot(PICTURES.resolve("lost.png"));
        } finally {
            shut.program().signal("CONT");
        }
        Await.until(() -> !browser.text().contains("Connection to usher lost"), "it is there again", SLOW_BROWSER);
        assertFalse(isTrue("document.documentElement.matches('.stale')"), "nothing is grey any more");
        browser.console(); // what it asked in vain
    }

    // ---- who may ----

    @Test
    void aTokenIsAskedFor() throws Exception {
        try (Usher guarded = Usher.withAdmin(
                """
                read_only: false, tokens: [
                  { name: eve, role: viewer, sha256: "%s" }, { name: bob, role: operator, sha256: "%s" } ]
                """.formatted(sha256("viewers-token"), sha256("operators-token"))
                        .strip(),
                """
                routes: { www.example.com: "%s" }
                """.formatted(first.hostPort()))) {
            open(guarded, "pools");
            logIn("wrong-token");
            awaitText("Token", SLOW_BROWSER);
            Await.until(() -> isTrue("document.querySelector('[role=alert]')?.innerText"), "it is refused");
            browser.screenshot(PICTURES.resolve("login.png"));
            assertEquals(List.of(), findings(), "accessibility of the login");
            logIn("viewers-token");
            awaitText(first.hostPort(), SLOW_BROWSER);
            awaitText("changes need the role operator", SLOW_BROWSER);
            assertFalse(isTrue("document.querySelector('.acts')"), "a viewer has no buttons");
            browser.clickText("Log out");
            logIn("operators-token");
            awaitText("Drain", SLOW_BROWSER);
            guarded.stop(Duration.ofSeconds(20));
            awaitText("Connection to usher lost since", Duration.ofSeconds(10));
        }
        browser.open("about:blank");
        browser.console(); // the refusals, and what it asked in vain
    }

    private void logIn(String token) throws Exception {
        Await.until(() -> isTrue("document.querySelector('#token')"), "there is a form", SLOW_BROWSER);
        browser.run("document.querySelector('#token').select()");
        browser.type("#token", token);
        browser.clickText("Log in");
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    // ---- for everyone ----

    @Test
    void withoutScriptsThereIsAStatus() throws Exception {
        browser.scripts(false);
        try {
            browser.open(shut.admin().toString());
            awaitText("Needs attention", SLOW_BROWSER);
            awaitText("hostile", SLOW_BROWSER);
            browser.screenshot(PICTURES.resolve("plain.png"));
        } finally {
            browser.scripts(true);
        }
    }

    @Test
    void withoutScriptsOneLogsInByAForm() throws Exception {
        try (Usher guarded =
                Usher.withAdmin("""
                tokens: [{ name: eve, role: viewer, sha256: "%s" }]
                """.formatted(sha256("viewers-token")).strip(), """
                routes: { www.example.com: "%s" }
                """.formatted(first.hostPort()))) {
            browser.scripts(false);
            try {
                browser.open(guarded.admin().toString());
                awaitText("this needs a token", SLOW_BROWSER);
                browser.type("#token", "viewers-token");
                browser.clickText("Log in");
                awaitText("Logged in as eve", SLOW_BROWSER);
                assertTrue(browser.text().contains(first.hostPort()), browser.text());
                browser.clickText("Log out");
                awaitText("this needs a token", SLOW_BROWSER);
            } finally {
                browser.scripts(true);
            }
        }
        browser.open("about:blank");
        assertTrue(complaints().stream().allMatch(line -> line.contains("401")), "nothing but the refusals");
    }

    @Test
    void noSeriousFaultOfAccessibility() throws Exception {
        List<String> found = new ArrayList<>();
        for (String scheme : List.of("light", "dark")) {
            browser.colorScheme(scheme);
            for (String page : pages().keySet()) {
                open(usher, page);
                awaitWhole(page);
                findings().forEach(finding -> found.add(page + ", " + scheme + ": " + finding));
            }
            browser.press("?");
            findings().forEach(finding -> found.add("help, " + scheme + ": " + finding));
        }
        assertEquals(List.of(), found);
    }

    /** What axe-core takes for serious or critical on the page as it is. */
    private List<String> findings() throws Exception {
        browser.run(Files.readString(Product.file("lb-admin/src/test/resources/vendor/axe.min.js")));
        return browser.runAsync("""
                const done = arguments[arguments.length - 1];
                const grave = ({ impact }) => impact === "serious" || impact === "critical";
                const told = ({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join("; ")}`;
                axe.run({ resultTypes: ["violations"] }).then(
                  ({ violations }) => done(violations.filter(grave).map(told)), (fault) => done([String(fault)]));
                """).valueStream().map(JsonNode::asString).toList();
    }

    /** Pictures for people to look at, with a backend down; and that no page is wider than a phone. */
    @Test
    @Order(Integer.MAX_VALUE) // by then the charts have something to show
    void picturesOfEveryPage() throws Exception {
        second.kill();
        try {
            Await.until(() -> serving() == 2, "it is down");
            picturesOf(Screen.DESK, "light");
            picturesOf(Screen.DESK, "dark");
            picturesOf(Screen.PHONE, "light");
            picturesOf(Screen.PHONE, "dark");
            pictureForDocs("overview-light", Screen.SHEET, "light", "overview");
            pictureForDocs("overview-dark", Screen.SHEET, "dark", "overview");
            pictureForDocs("map", Screen.DESK, "light", "map");
            pictureForDocs("phone", Screen.PHONE, "light", "overview");
        } finally {
            second.restart();
        }
    }

    private void picturesOf(Screen screen, String scheme) throws Exception {
        for (String page : pages().keySet()) {
            show(screen, scheme, page);
            String name = (screen == Screen.PHONE ? "phone-" : "") + page + "-" + scheme + ".png";
            browser.screenshot(PICTURES.resolve(name));
            assertEquals(
                    "fits",
                    browser.run("const e = document.documentElement;"
                                    + " return e.scrollWidth <= e.clientWidth ? 'fits' : `${e.scrollWidth} wide`")
                            .asString(),
                    name);
        }
    }

    /** One that {@code deploy/screenshots.sh} puts into the documentation. */
    private void pictureForDocs(String name, Screen screen, String scheme, String page) throws Exception {
        show(screen, scheme, page);
        browser.view(PICTURES.resolve("docs").resolve(name + ".png"));
    }

    /** Opens a page, and waits until it has data and rates. */
    private void show(Screen screen, String scheme, String page) throws Exception {
        browser.screen(screen);
        browser.colorScheme(scheme);
        open(usher, page);
        awaitWhole(page);
        Await.until(
                () -> isTrue(
                        "!document.querySelector('.loading') && [...document.querySelectorAll('tbody')].every((body) => {"
                                + " const rows = [...body.rows].map((row) => [...row.querySelectorAll('td.number')]).filter((cells) => cells.length);"
                                + " const told = rows.filter((row) => !row.some((cell) => cell.innerText.startsWith('–')));"
                                + " return !rows.length || told.length; })"),
                page + " has its rates",
                SLOW_BROWSER); // not all: a connection of this second
        // has no rate
        browser.run("document.querySelector('.host').textContent = 'edge-1'"); // not who made the picture
    }
}
