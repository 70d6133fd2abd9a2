package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The files of docs/recipes.md work: real web servers terminate one name, and usher passes the other on. */
@Tag("slow")
class RecipesIT {
    private static final String WWW = "www.example.com";
    private static final String APP = "app.example.com";
    private static final String CLIENT = "127.0.0.5";

    private static final Parts parts = new Parts();
    private static final Map<Terminator.Kind, Scene> scenes = new EnumMap<>(Terminator.Kind.class);
    private static Certificates certificates;
    private static Certificates.Leaf wildcard;
    private static Nginx www;
    private static Backend application;

    /** Running files of one recipe. */
    private record Scene(Usher usher, Terminator terminator) {}

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        wildcard = certificates.leaf("*.example.com");
        www = parts.add(new Nginx(certificates.leaf(WWW)));
        application = parts.add(new Backend(RecipesIT::answerWithTheHead));
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
    }

    /** An application without TLS that answers with the head of the request that it got. */
    private static void answerWithTheHead(Peer client) throws Exception {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) client.read(1)[0]);
        }
        String answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + head.length() + "\r\n\r\n" + head;
        client.send(answer.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void thePageHasNoOtherFiles() throws Exception {
        assertEquals(
                Set.of("usher.yaml", "default.yaml", "app.conf", "haproxy.cfg", "Caddyfile", "home.yaml"),
                Recipe.names());
    }

    private static Scene scene(Terminator.Kind kind) throws Exception {
        Scene known = scenes.get(kind);
        if (known != null) {
            return known;
        }
        Terminator terminator = parts.add(Terminator.start(kind, wildcard, application));
        Recipe file = Recipe.of("usher.yaml")
                .put("10.0.0.11:443", "127.0.0.1:" + www.port())
                .put("server_name: " + APP, "server_name: " + APP + ", trust_store: " + certificates.authorityFile());
        Usher usher = parts.add(
                Usher.whole(terminator.leadTo(file) + Recipe.of("default.yaml").text()));
        Scene scene = new Scene(usher, terminator);
        scenes.put(kind, scene);
        return scene;
    }

    private static Command.Result curl(Usher usher, String name, String path, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("--interface", CLIENT, "--include"));
        all.addAll(List.of(options));
        all.add("https://" + name + ":" + usher.port() + path);
        return Command.curl(usher, certificates, name, all.toArray(String[]::new));
    }

    private static void assertHas(String part, Command.Result got) {
        assertTrue(got.out().toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT)), got::toString);
    }

    @ParameterizedTest
    @EnumSource
    void oneNameIsPassedOn(Terminator.Kind kind) throws Exception {
        Command.Result got = curl(scene(kind).usher(), WWW, "/who", "--http2").succeeds();
        assertTrue(got.out().endsWith(WWW + "\n"), got::toString);
    }

    @ParameterizedTest
    @EnumSource
    void theOtherIsTerminatedAndTheApplicationKnowsTheClient(Terminator.Kind kind) throws Exception {
        Scene scene = scene(kind);
        Command.Result got = curl(scene.usher(), APP, "/page", "--http2", "--header", "X-Forwarded-For: 203.0.113.9")
                .succeeds();
        assertHas("GET /page HTTP/1.", got);
        assertHas("\r\nHost: " + APP, got);
        assertHas("\r\nX-Forwarded-Proto: https\r\n", got);
        String client = scene.terminator().isToldTheClient() ? CLIENT : "127.0.0.1";
        assertHas("\r\nX-Forwarded-For: " + client + "\r\n", got);
        assertFalse(got.out().contains("203.0.113.9"), got::toString);
        assertFalse(got.out().contains("alt-svc"), got::toString); // nobody listens for HTTP/3
    }

    /** As a browser asks that has a connection for one name whose certificate is good for the other. */
    @ParameterizedTest
    @CsvSource({
        "NGINX, --http1.1",
        "NGINX, --http2",
        "NGINX_UNIX, --http2",
        "HAPROXY, --http1.1",
        "HAPROXY, --http2",
        "HAPROXY_UNIX, --http1.1",
        "CADDY, --http2"
    })
    void aRequestThatWentAstrayIsAnswered421(Terminator.Kind kind, String http) throws Exception {
        Command.Result got = curl(
                scene(kind).usher(), APP, "/", http, "--header", "Host: " + WWW, "--write-out", "got %{http_code}");
        assertEquals(22, got.exitCode(), got::toString);
        assertHas("got 421", got);
    }

    @ParameterizedTest
    @EnumSource
    void theHazardIsShown(Terminator.Kind kind) throws Exception {
        String api = scene(kind).usher().admin() + "api/v1/status";
        String hazard = "its certificate for *.example.com also covers route " + WWW;
        Await.process(() -> Command.curl(api).out().contains(hazard), "there is a word of " + hazard);
    }

    /** No server has a certificate for it but the terminator, if any. */
    @ParameterizedTest
    @EnumSource
    void aNameWithoutRouteGoesToTheTerminator(Terminator.Kind kind) throws Exception {
        Usher usher = scene(kind).usher();
        curl(usher, "other.example.com", "/");
        AccessLines.Line line =
                usher.log().first("of the name", found -> "other.example.com".equals(found.text("sni")));
        assertEquals("terminator", line.text("pool"));
    }

    @Test
    void aHomeServerServesAll() throws Exception {
        Nginx org = parts.add(new Nginx(certificates.leaf("cloud.example.org")));
        Nginx mail = parts.add(new Nginx(certificates.leaf("mail.example.net")));
        Backend ssh = parts.add(new Backend(Backend.ECHO));
        Backend git =
                parts.add(new Backend(client -> client.send("SSH-2.0-it\r\n".getBytes(StandardCharsets.US_ASCII))));
        Terminator caddy = parts.add(Terminator.start(Terminator.Kind.CADDY, wildcard, application));
        Recipe file = Recipe.of("home.yaml")
                .put("192.168.1.11:443", "127.0.0.1:" + org.port())
                .put("192.168.1.11:22", ssh.hostPort())
                .put("192.168.1.12:22", git.hostPort())
                .put("192.168.1.12:443", "127.0.0.1:" + mail.port())
                .put("192.168.1.12:993", "127.0.0.1:" + mail.port())
                .put("192.168.1.12:465", "127.0.0.1:" + mail.port())
                .put("\":993\"", "127.0.0.1:0")
                .put("\":465\"", "127.0.0.1:0")
                .put("\":2222\"", "127.0.0.1:0");
        Usher usher = parts.add(Usher.whole(caddy.leadTo(file)));

        assertHas(
                "cloud.example.org\n", curl(usher, "cloud.example.org", "/who").succeeds());
        assertHas("mail.example.net\n", curl(usher, "mail.example.net", "/who").succeeds());
        assertHas("GET /page HTTP/1.", curl(usher, APP, "/page").succeeds());
        for (String listener : List.of("imaps", "smtps")) {
            String there = "::127.0.0.1:" + usher.port(listener);
            assertHas(
                    "mail.example.net\n",
                    curl(usher, "mail.example.net", "/who", "--connect-to", there)
                            .succeeds());
            AccessLines.Line line =
                    usher.log().first("of " + listener, found -> listener.equals(found.text("listener")));
            assertEquals("mail.example.net@" + listener, line.text("pool"));
        }
        assertEquals("SSH-2.0-it\r\n", sayTo(usher.port("git"), "")); // the server speaks first
        assertEquals("SSH-2.0-me\r\n", sayTo(usher.port(), "SSH-2.0-me\r\n")); // the client does
        for (String url : List.of(APP + "/.well-known/acme-challenge/token", "cloud.example.org/")) {
            assertEquals("308 https://" + url, redirect(usher, url));
        }
    }

    private static String sayTo(int port, String text) throws Exception {
        try (Peer client = Peer.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            client.send(text.getBytes(StandardCharsets.US_ASCII));
            return new String(client.read("SSH-2.0-it\r\n".length()), StandardCharsets.US_ASCII);
        }
    }

    private static String redirect(Usher usher, String url) throws Exception {
        return Command.curl(
                        "--connect-to",
                        "::127.0.0.1:" + usher.httpPort(),
                        "--write-out",
                        "%{http_code} %{redirect_url}",
                        "--output",
                        "/dev/null",
                        "http://" + url)
                .succeeds()
                .out();
    }
}
