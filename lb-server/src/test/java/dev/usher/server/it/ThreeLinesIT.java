package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** The three lines that the README begins with are a whole configuration; a slip in them is shown where it is. */
class ThreeLinesIT {
    private static final int HTTPS = 443;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The first YAML of the README, as it stands there. */
    private static String threeLines() throws IOException {
        String readme = Files.readString(Product.file("README.md"));
        String begin = "```yaml\n";
        int from = readme.indexOf(begin) + begin.length();
        String yaml = readme.substring(from, readme.indexOf("```", from));
        assertEquals(3, yaml.lines().count(), yaml);
        return yaml;
    }

    private static Path file(String yaml) throws IOException {
        return Files.writeString(Program.directory("three-lines").resolve("usher.yaml"), yaml);
    }

    private static Program run(Path file) {
        return Program.start("usher", Product.command("run", file.toString()));
    }

    @Test
    void threeLinesServeTwoDomains() throws Exception {
        Certificates certificates = new Certificates();
        try (Nginx www = new Nginx(certificates.leaf("www.example.com"));
                Nginx shop = new Nginx(certificates.leaf("shop.example.com"));
                Program usher = run(file(threeLines()
                                .replace("10.0.0.11:443", "127.0.0.1:" + www.port())
                                .replace("10.0.0.21:443", "127.0.0.1:" + shop.port())
                                .replace("10.0.0.22:443", Backend.hostPort(Backend.refusing()))
                        + listenerUnlessAllowed()
                        + "admin: none\n"))) { // its port may be taken, and is no part of this
            usher.awaitPrinted("usher \\S+ is ready");
            Matcher port = usher.awaitPrinted("listener \\w+: tls on \\S+:(\\d+)");
            for (String domain : List.of("www.example.com", "shop.example.com", "shop.example.com")) {
                Command.Result got = Command.curl(
                                Integer.parseInt(port.group(1)),
                                certificates,
                                domain,
                                "https://" + domain + ":" + port.group(1) + "/who")
                        .succeeds();
                assertEquals(domain + "\n", got.out());
            }
            usher.signal("TERM");
            assertEquals(0, usher.exitCode(PATIENCE));
            assertEquals(3, usher.out().text().lines().count(), "the access log goes to stdout: " + usher.out());
        }
    }

    /** Port 443 belongs to root on many machines; there, and only there, more than three lines are needed. */
    private static String listenerUnlessAllowed() throws IOException {
        try (ServerSocket https = new ServerSocket()) {
            https.bind(new InetSocketAddress(HTTPS));
            return "";
        } catch (IOException notAllowedOrTaken) {
            System.err.println(
                    "port 443: " + notAllowedOrTaken.getMessage() + "; the three lines are tried on another");
            return "listeners: { https: { bind: \"127.0.0.1:0\" } }\n";
        }
    }

    @Test
    void misspeltKeyIsShownWhereItIs() throws Exception {
        Path file = file(threeLines().replace("routes", "ruotes"));
        String err = refused(file);
        assertTrue(err.contains(file + ":1:1: error: "), err);
        assertTrue(err.contains("ruotes"), err);
        assertTrue(err.contains("routes"), err);
        assertTrue(err.contains("^"), err);
    }

    @Test
    void wrongPortIsShownWhereItIs() throws Exception {
        Path file = file(threeLines().replace("10.0.0.22:443", "10.0.0.22:44333333"));
        String err = refused(file);
        assertTrue(err.contains(file + ":3:37: error: "), err);
        assertTrue(err.contains("44333333"), err);
    }

    private static String refused(Path file) throws Exception {
        try (Program usher = run(file)) {
            assertEquals(78, usher.exitCode(PATIENCE));
            assertEquals("", usher.out().text());
            return usher.err().text();
        }
    }
}
