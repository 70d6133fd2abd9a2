package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.it.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvertCommandTest {
    private static final String WHOLE = """
            frontend tls
                mode tcp
                bind :::443
                use_backend www if { req.ssl_sni -i www.example.com }
            backend www
                mode tcp
                server one 10.0.0.1:443 check
            """;

    @TempDir
    private Path directory = Path.of("");

    private String out = "";
    private String err = "";

    private int run(String... args) {
        Command.Result result = Commands.here(args);
        out = result.out();
        err = result.err();
        return result.exitCode();
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void writesThreeLinesForAFileThatIsTakenOver() throws IOException {
        assertEquals(0, run("convert", file("haproxy.cfg", WHOLE)));
        assertEquals("# Made by usher convert --from haproxy.\n\nroutes:\n  www.example.com: 10.0.0.1:443\n", out);
        assertEquals("usher: read as HAProxy: every line is taken over\n", err);
    }

    @Test
    void tellsALineThatIsLeftOutOnStderrAndInTheYaml() throws IOException {
        String file = file("haproxy.cfg", WHOLE + "    stick on src\n");
        assertEquals(3, run("convert", "--from", "haproxy", file));
        String reason = "stick on src: usher keeps no tables: balance: client-hash keeps a client with its backend";
        assertEquals(file + ":8:5: left out: " + reason + "\nusher: read as HAProxy: 1 left out\n", err);
        assertTrue(out.contains("#   haproxy.cfg:8: " + reason + "\n"), out);
    }

    @Test
    void writesAFileThatCheckTakes() throws IOException {
        String yaml = directory.resolve("usher.yaml").toString();
        assertEquals(0, run("convert", "-o", yaml, file("haproxy.cfg", WHOLE)));
        assertEquals("", out);
        assertEquals(0, run("check", yaml));
    }

    @Test
    void keepsAFileThatIsThere() throws IOException {
        String yaml = file("usher.yaml", "mine");
        assertEquals(1, run("convert", "-o", yaml, file("haproxy.cfg", WHOLE)));
        assertTrue(err.endsWith("usher: " + yaml + " exists already: move it away, or name another file\n"), err);
        assertEquals("mine", Files.readString(Path.of(yaml)));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "haproxy, ~frontend \"x~, ~1:10: error: frontend \"x: the quote \" has no end on this line~",
                "haproxy, bind :443, ~1:1: error: bind :443: no section begins before this line~",
                "nginx, ~stream { server {~, ~1:10: error: server: the block has no } at its end~",
                "nginx, listen 443, ~1:1: error: listen 443: there is no ; at its end~",
                "nginx, }, ~1:1: error: }: } has no { before~",
                "sniproxy, ~table {~, ~1:1: error: table: the block has no } at its end~",
                "traefik, ~tcp: [~, ~2:1: error: YAML:~",
                "traefik, ~[tcp]§x = ~, ~2:5: error: x =: a value stands here~"
            })
    void showsTheLineAndColumnOfAFault(String from, String text, String shown) throws IOException {
        String file = file("peer.conf", text.replace('§', '\n') + "\n");
        assertEquals(1, run("convert", "--from", from, file));
        assertTrue(err.startsWith(file + ":" + shown), err);
        assertEquals("", out);
    }

    @Test
    void asksForTheProgramOfAnUnknownText() throws IOException {
        String file = file("some.txt", "hello\n");
        assertEquals(1, run("convert", file));
        assertEquals("usher: " + file + " does not show which program it is for: write --from\n", err);
    }

    @Test
    void saysThatNothingHasAPlace() throws IOException {
        assertEquals(1, run("convert", file("nginx.conf", "http {\n}\n")));
        assertTrue(err.contains("left out: http: usher is no HTTP server"), err);
        assertTrue(err.endsWith("usher: nothing in these files has a place in usher's\n"), err);
    }

    @Test
    void namesTheProgramsThatItKnows() {
        assertEquals(2, run("convert", "--from", "apache", "x"));
        assertTrue(err.contains("\"apache\" is none of haproxy, nginx, sniproxy and traefik"), err);
    }

    @Test
    void namesAFileThatCannotBeRead() {
        assertEquals(1, run("convert", directory.resolve("none.cfg").toString()));
        assertTrue(err.startsWith("usher: " + directory.resolve("none.cfg") + " "), err);
    }
}
