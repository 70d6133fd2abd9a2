package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.it.Command;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The commands that end by themselves, run in this process. */
class CommandLineTest {
    private static final String FILE = """
            listeners:
              https: { bind: "127.0.0.1:8443" }
              inner: { bind: "127.0.0.1:8444" }
              raw: { type: tcp, bind: "127.0.0.1:8445", pool: web }
            routes:
              www.example.com: web
              .example.com: 10.0.0.9:443
              db.example.org: { pool: web, allow: [10.0.0.0/8], alpn: { acme-tls/1: acme } }
              inner.example: { pool: acme, listeners: [inner] }
            pools:
              web:
                backends:
                  - 10.0.0.1:443
                  - { address: "10.0.0.2:443", weight: 2, max_connections: 20 }
                  - { address: "10.0.0.3:443", backup: true }
              acme: { backends: ["10.0.0.4:443"] }
            admin: { bind: none }
            """;

    @TempDir
    private Path directory = Path.of("");

    private String file = "";
    private String out = "";
    private String err = "";

    @BeforeEach
    void writeFile() throws IOException {
        file = write("usher.yaml", FILE);
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private int run(String... args) {
        Command.Result result = Commands.here(args);
        out = result.out();
        err = result.err();
        return result.exitCode();
    }

    @Nested
    class Usage {
        @ParameterizedTest
        @CsvSource({"rnu,run", "chekc,check", "exlpain,explain", "forwrd,forward", "demoo,demo", "expl,explain"})
        void namesTheCommandThatWasMeant(String written, String meant) {
            assertEquals(2, run(written, "x"));
            assertTrue(
                    err.startsWith("usher: there is no command \"" + written + "\"; did you mean \"" + meant + "\"?"),
                    err);
        }

        /** A message may quote anything, and nobody has thought of this exception. */
        @Test
        void aBugIsPrintedWithoutALineOfItsMessages() {
            CommandLine commands = Main.commandLine();
            StringWriter printed = new StringWriter();
            commands.addSubcommand(CommandSpec.wrapWithoutInspection((Callable<Integer>) () -> {
                        throw new IllegalStateException("a\nforged\u001b[2J", new IOException("b\nforged\u001b[2J"));
                    })
                    .name("broken"));
            commands.setErr(new PrintWriter(printed));
            assertEquals(1, commands.execute("broken"));
            String text = printed.toString();
            assertTrue(text.startsWith("usher: this is a bug in usher; please report"), text);
            assertTrue(text.contains("java.lang.IllegalStateException: a\\nforged\\x1b[2J\n"), text);
            assertTrue(text.contains("Caused by: java.io.IOException: b\\nforged\\x1b[2J\n"), text);
            assertFalse(text.contains("\u001b"), text);
            assertTrue(text.lines().noneMatch(line -> line.startsWith("forged")), text);
        }

        @Test
        void doesNotGuessWildly() {
            assertEquals(2, run("serve"));
            assertEquals("usher: there is no command \"serve\"\nTry 'usher --help'.\n", err);
        }

        @Test
        void namesTheOptionThatWasMeantBeforeWhatIsMissing() {
            assertEquals(2, run("check", "--fromat=json"));
            assertTrue(err.startsWith("usher: there is no option \"--fromat\"; did you mean \"--format\"?"), err);
        }

        @ParameterizedTest
        @ValueSource(strings = {"run", "check", "explain", "forward"})
        void saysWhatIsMissing(String command) {
            assertEquals(2, run(command));
            assertTrue(err.startsWith("usher: Missing required parameter"), err);
            assertTrue(err.endsWith("Try 'usher " + command + " --help'.\n"), err);
        }

        @ParameterizedTest
        @ValueSource(strings = {"run", "check", "explain", "forward", "demo", "convert", "map"})
        void everyCommandHasHelp(String command) {
            assertEquals(0, run(command, "--help"));
            assertTrue(out.startsWith("Usage: usher " + command), out);
            assertTrue(out.contains("Exit codes:"), out);
        }

        @Test
        void aCommandIsReadAlone() {
            assertEquals(List.of(CheckCommand.class), UsherCommand.called("check"));
            List<Class<?>> all = UsherCommand.called("help");
            assertTrue(all.size() > 10, all::toString);
            assertEquals(all, UsherCommand.called("rnu"));
        }

        @Test
        void noLineOfHelpIsTooLongForATerminal() {
            Map<String, CommandLine> commands = new HashMap<>(Main.commandLine().getSubcommands());
            commands.remove("help"); // picocli's own
            commands.forEach((name, command) -> {
                UsageMessageSpec usage = command.getCommandSpec().usageMessage();
                assertEquals(1, usage.description().length, () -> name + ": the list of commands shows one line");
                Stream.concat(Arrays.stream(usage.description()), Arrays.stream(usage.footer()))
                        .forEach(line -> assertTrue(line.length() <= usage.width(), () -> name + ": " + line));
            });
        }

        @Test
        void withoutACommandShowsHelpAndFails() {
            assertEquals(2, run());
            assertTrue(err.startsWith("Usage: usher"), err);
        }

        @Test
        void hasNoColourWhereThereIsNoTerminal() {
            run("--help");
            assertFalse(out.contains("\u001b"), out);
        }

        @Test
        void versionHasTheNumberJavaAndSystem() {
            assertEquals(0, run("--version"));
            assertTrue(out.matches("usher \\d+\\.\\d+\\.\\d+ \\((\\w+, )?Java 25[^,]*, \\w+ .+\\)\n"), out);
        }
    }

    /** What can be wrong before anybody is asked, or with whom is asked. */
    @Nested
    class Admin {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "status --admin ftp://127.0.0.1:1 | --admin must be a URL such as http://127.0.0.1:9000",
                    "status --admin 127.0.0.1:1 | nothing answers at http://127.0.0.1:1",
                    "status --admin http://nobody.invalid:1 | unknown host nobody.invalid",
                    "status --admin https://127.0.0.1:1 --ca /nope | --ca /nope cannot be read: no such file",
                    "status --admin 127.0.0.1:1 --token-file /nope | --token-file /nope cannot be read: no such file",
                    "drain --admin 127.0.0.1:1 127.0.0.1:2 web | the pool comes first, then the backend: web 127.0.0.1:2",
                })
        void saysWhatIsWrong(String arguments, String said) {
            assertEquals(1, run(arguments.split(" ", -1)));
            assertTrue(err.startsWith("usher: " + said), err);
        }

        @Test
        void aNumberIsWhole() {
            assertEquals(2, run("demo", "--port", "x"));
            assertTrue(err.contains("is not a whole number"), err);
        }
    }

    /** The file as usher reads it. */
    @Nested
    class Config {
        private static final String SECRET = "0123456789abcdef";

        private String parts() throws IOException {
            write("token", SECRET.repeat(4));
            write("more.yaml", "routes: { b.example: web }\n");
            return write("main.yaml", """
                    include: [more.yaml]
                    routes: { a.example: web }
                    pools: { web: { backends: "10.0.0.1:${NO_SUCH_PORT:-8443}" } }
                    admin: { tokens: [{ name: ops, role: viewer, sha256: "${file:token}" }] }
                    """);
        }

        @Test
        void isOneFileWithoutDefaults() throws IOException {
            assertEquals(0, run("config", parts()));
            assertTrue(out.contains("b.example: 10.0.0.1:8443") || out.contains("b.example: web"), out);
            assertFalse(out.contains("include"), out);
            assertFalse(out.contains("half_closed"), out);
            assertFalse(out.contains(SECRET), out);
        }

        @Test
        void hasEveryDefaultAndNoSecretWhereThatIsAskedFor() throws IOException {
            assertEquals(0, run("config", "--effective", parts()));
            for (String line : List.of("half_closed: 5m", "address: 10.0.0.1:8443", "b.example:", "sha256: '***'")) {
                assertTrue(out.contains(line), () -> line + " is missing in\n" + out);
            }
            assertFalse(out.contains(SECRET), out);
        }

        @Test
        void aFaultyFileIsOne() throws IOException {
            assertEquals(1, run("config", "--effective", write("bad.yaml", "routs: {}\n")));
            assertTrue(err.contains("bad.yaml:1:1: error: unknown key"), err);
            assertEquals("", out);
        }

        @Test
        void theSchemaIsJson() {
            assertEquals(0, run("schema"));
            assertTrue(out.startsWith("{\n  \"$schema\" : \"https://json-schema.org/draft/2020-12/schema\""), out);
        }
    }

    @Nested
    class Check {
        @Test
        void countsWhatAValidFileHas() {
            assertEquals(0, run("check", file));
            assertEquals(file + ": valid: 3 listeners, 4 routes, 3 pools, 5 backends\n", out);
        }

        @Test
        void reportsEveryFaultAtItsPlace() throws IOException {
            String bad = write(
                    "bad.yaml",
                    "routes:\n  a.example: wbe\n  b.example: 1.2.3.4\npools:\n  web: { backends: [\"1.2.3.4:1\"] }\n");
            assertEquals(1, run("check", bad));
            assertTrue(out.contains(bad + ":2:14: error: "), out);
            assertTrue(out.contains(bad + ":3:14: error: "), out);
        }

        @Test
        void speaksJson() throws IOException {
            String bad = write("bad.yaml", "routs: {}\n");
            assertEquals(1, run("check", "--format", "json", bad));
            assertTrue(out.startsWith("{"), out);
            assertTrue(out.contains("\"valid\" : false"), out);
            assertEquals("", err);
        }

        @Test
        void refusesAnUnknownFormat() {
            assertEquals(2, run("check", "--format", "xml", file));
            assertTrue(err.contains("\"xml\" is neither text nor json"), err);
        }
    }

    @Nested
    class Explain {
        @Test
        void aRouteIsZeroAndSaysWhyAndWhoServes() {
            assertEquals(0, run("explain", file, "WWW.example.com."));
            assertEquals("""
                    www.example.com on listener https, from 127.0.0.1
                      route www.example.com matches
                      route .example.com matches too, but www.example.com is more specific

                    route     www.example.com
                    pool      web
                    backends  10.0.0.1:443: weight 1 of 3
                              10.0.0.2:443 (at most 20 connections): weight 2 of 3
                              10.0.0.3:443: backup, only while no other backend can take a session
                    chosen    each in turn, by weight (round-robin)
                    """, out);
        }

        @Test
        void aNameMayBeWrittenAsTheFileMayWriteIt() throws IOException {
            String letters = write("letters.yaml", "routes: { bücher.example: 10.0.0.1:443 }\n");
            assertEquals(0, run("explain", letters, "Bücher.example"), err);
            assertTrue(out.startsWith("xn--bcher-kva.example on listener https"), out);
            assertTrue(out.contains("route     bücher.example\n"), out);
            assertEquals(2, run("explain", letters, "straße.example"));
            assertTrue(err.contains("\"straße.example\" cannot be turned into A-labels here: write it as xn--"), err);
        }

        @Test
        void anUnknownNameIsFourAndNamesTheAlert() {
            assertEquals(4, run("explain", file, "nobody.example"));
            assertTrue(out.contains("refused   unknown_name\n"), out);
            assertTrue(out.contains("unrecognized_name (112)"), out);
        }

        @Test
        void textThatIsNoNameIsRefusedAsAClientWouldBeAndTheNameIsSuggested() {
            assertEquals(4, run("explain", file, "shop.example:8443"));
            assertEquals("""
                    shop.example:8443 on listener https, from 127.0.0.1
                      "shop.example:8443" is not a server name: it may hold letters, digits, '-', '_' and '.' only
                      a server name has no port and no path: ask for shop.example instead

                    refused   invalid_name
                    client    sees the TLS alert illegal_parameter (47)
                    """, out);
            assertEquals(4, run("explain", file, "[::1]:443"));
            assertTrue(out.contains("ask for ::1 instead\n"), out);
            assertEquals(4, run("explain", file, "bad..name"));
            assertTrue(out.contains("\"bad..name\" is not a server name: a label is empty\n"), out);
            assertFalse(out.contains("instead"), out);
            assertEquals(4, run("explain", file, "*.nobody.example"));
            assertTrue(out.contains("for a name below, ask for www.nobody.example\n"), out);
            assertTrue(out.contains("refused   unknown_name\n"), out);
            assertEquals(4, run("explain", file, "::1"));
            assertTrue(out.contains("only a route for the same address matches\n"), out);
        }

        @Test
        void theDefaultRouteIsThree() throws IOException {
            String other = write("default.yaml", FILE + "default_route: acme\n");
            assertEquals(3, run("explain", other, "nobody.example"));
            assertTrue(out.contains("route     default\npool      acme"), out);
        }

        @Test
        void aSilentDefaultHasNoAlert() throws IOException {
            String other = write("close.yaml", FILE + "default_route: close\n");
            assertEquals(4, run("explain", other, "nobody.example"));
            assertTrue(out.contains("without a TLS alert"), out);
        }

        @Test
        void urlOfHttpIsRedirectedWhereItsNameHasARoute() throws IOException {
            String both = write("both.yaml", """
                    listeners:
                      https: { bind: ":443" }
                      web: { type: http, bind: ":80", http: { redirect: 307, https_port: 8443 } }
                    routes: { shop.example: "10.0.0.1:443" }
                    """);
            assertEquals(0, run("explain", both, "http://Shop.example:80/a?b=c#d"));
            assertEquals("""
                    shop.example on listener web, from 127.0.0.1
                      route shop.example matches
                      a request without TLS, redirect: the client is sent to https

                    redirect  to https://shop.example:8443/a?b=c
                    client    sees the answer 307 Temporary Redirect
                    """, out);
            assertEquals(4, run("explain", both, "http://nobody.example"));
            assertTrue(out.contains("client    sees the answer 421 Misdirected Request\n"), out);
            assertEquals(0, run("explain", both, "https://shop.example/x"));
            assertTrue(out.startsWith("shop.example on listener https"), out);
            assertEquals(2, run("explain", both, "http:///x"));
        }

        @Test
        void urlIsRefusedWhereNoListenerSpeaksItsProtocol() throws IOException {
            String tls = write("tls.yaml", "routes: { shop.example: \"10.0.0.1:443\" }\n");
            assertEquals(2, run("explain", tls, "http://shop.example/"));
            assertTrue(
                    err.startsWith("usher: http:// is for a listener of type http, and listener https is of type tls"),
                    err);
            String both = write("two.yaml", """
                    listeners: { web: { type: http, bind: ":80" }, out: { type: socks, bind: "127.0.0.1:1080" } }
                    routes: { shop.example: "10.0.0.1:443" }
                    """);
            assertEquals(2, run("explain", both, "https://shop.example/", "--listener", "web"));
            assertTrue(err.contains("and listener web is of type http"), err);
            assertEquals(2, run("explain", both, "socks5h://shop.example/"));
            assertTrue(err.startsWith("usher: socks5h:// has no meaning here"), err);
            assertEquals(0, run("explain", both, "https://shop.example/", "--listener", "out"));
            assertEquals(0, run("explain", both, "shop.example", "--listener", "web"));
        }

        @Test
        void requestOfAnAcmeServerGoesToTheBackendAtPort80() throws IOException {
            String acme = write("acme.yaml", """
                    listeners:
                      https: { bind: ":443" }
                      web: { type: http, bind: ":80", http: { requests: acme } }
                    routes: { shop.example: "10.0.0.1:443" }
                    """);
            assertEquals(0, run("explain", acme, "http://shop.example/.well-known/acme-challenge/abc"));
            assertEquals("""
                    shop.example on listener web, from 127.0.0.1
                      route shop.example matches
                      a request without TLS, acme: it goes to pool shop.example:80

                    route     shop.example
                    pool      shop.example:80
                    backends  10.0.0.1:80
                    chosen    10.0.0.1:80, the only one
                    """, out);
            assertEquals(0, run("explain", acme, "http://shop.example/"));
            assertTrue(out.contains("redirect  to https://shop.example/\n"), out);
        }

        @Test
        void theClientDecidesWhereSourcesAreListed() {
            assertEquals(4, run("explain", file, "db.example.org"));
            assertTrue(out.contains("access_denied (49)"), out);
            assertEquals(0, run("explain", file, "db.example.org", "--client", "10.1.1.1"));
            assertTrue(out.contains("pool      web"), out);
        }

        @Test
        void aProtocolSendsElsewhere() {
            assertEquals(0, run("explain", file, "db.example.org", "--client=10.1.1.1", "--alpn=h2,acme-tls/1"));
            assertTrue(out.contains("alpn acme-tls/1 goes to pool acme"), out);
            assertTrue(out.contains("chosen    10.0.0.4:443, the only one"), out);
        }

        @Test
        void theListenerDecidesWhereARouteIsForOne() {
            assertEquals(4, run("explain", file, "inner.example", "--listener", "https"));
            assertEquals(0, run("explain", file, "inner.example", "--listener", "inner"));
        }

        @Test
        void withoutAListenerTheFirstWithARouteIsAsked() {
            assertEquals(0, run("explain", file, "inner.example"));
            assertTrue(out.startsWith("inner.example on listener inner, from 127.0.0.1\n"), out);
            assertTrue(out.endsWith("\nelsewhere https: refused, unknown_name\n"), out);
            assertEquals(0, run("explain", file, "www.example.com"));
            assertTrue(out.startsWith("www.example.com on listener https, from 127.0.0.1\n"), out);
        }

        @Test
        void aListenersOwnRoutesComeFirstAndOtherListenersAreNamed() throws IOException {
            String own = write(
                    "own.yaml",
                    FILE.replace(
                            "inner: { bind: \"127.0.0.1:8444\" }",
                            "inner: { bind: \"127.0.0.1:8444\", routes: { .example.com: 10.0.0.8:443 }, default_route: acme }"));
            assertEquals(0, run("explain", own, "www.example.com", "--listener", "inner"), err);
            assertEquals("""
                    www.example.com on listener inner, from 127.0.0.1
                      no route of listener inner for www.example.com
                      route .example.com of listener inner matches
                      route www.example.com matches too, but routes of listener inner come first
                      route .example.com matches too, but routes of listener inner come first

                    route     .example.com
                    pool      .example.com@inner
                    backends  10.0.0.8:443
                    chosen    10.0.0.8:443, the only one
                    elsewhere https: pool web
                    """, out);
            assertEquals(0, run("explain", own, "www.example.com"));
            assertTrue(out.endsWith("\nelsewhere inner: pool .example.com@inner\n"), out);
            assertEquals(4, run("explain", own, "nobody.example"));
            assertTrue(out.endsWith("\nelsewhere inner: pool acme\n"), out);
            assertEquals(3, run("explain", own, "nobody.example", "--listener", "inner"));
            assertTrue(out.endsWith("\nelsewhere https: refused, unknown_name\n"), out);
        }

        @Test
        void aTcpListenerLooksAtNoName() {
            assertEquals(0, run("explain", file, "any.example", "--listener", "raw"));
            assertTrue(out.startsWith("listener raw is of type tcp"), out);
        }

        @Test
        void wrongArgumentsAreTwo() {
            assertEquals(2, run("explain", file, ""));
            assertTrue(err.contains("\"\" is not a server name: it is empty"), err);
            assertEquals(2, run("explain", file, "a.example", "--client", "nowhere"));
            assertEquals(2, run("explain", file, "a.example", "--listener", "htps"));
            assertTrue(err.contains("the file has https, inner, raw"), err);
        }

        @Test
        void aFileAloneIsAskedForTheName() {
            assertEquals(2, run("explain", file));
            assertTrue(err.startsWith("usher: a name is needed: usher explain " + file + " www."), err);
            assertEquals(2, run("explain", "nowhere.yaml"));
            assertTrue(err.startsWith("usher: there is no file nowhere.yaml, and a name is needed"), err);
            assertEquals(2, run("explain", "www.example.com", file));
            assertTrue(err.contains("the file comes first, then the name: usher explain " + file + " www."), err);
            assertEquals(2, run("explain", file, "www.example.com", "more"));
            assertTrue(err.startsWith("usher: \"more\" is one argument too many"), err);
        }

        @Test
        void aNameAloneIsForARunningUsher() {
            assertEquals(1, run("explain", "www.example.com", "--pid", "1"));
            assertTrue(err.startsWith("usher: no running usher found with pid 1"), err);
            assertTrue(err.endsWith("name the file: usher explain FILE www.example.com\n"), err);
        }

        @Test
        void noFileIsAskedForWhereThatIsNotWhatIsMissing() {
            assertEquals(1, run("explain", "--live", file, "www.example.com", "--pid", "1"));
            assertTrue(err.contains("no running usher found") && !err.contains("name the file"), err);
            assertEquals(1, run("explain", "www.example.com", "--admin", "127.0.0.1:1", "--token-file", "nowhere"));
            assertEquals("usher: --token-file nowhere cannot be read: no such file\n", err);
        }

        @Test
        void aDirectoryIsNoFileButAPipeIs() {
            assertEquals(1, run("explain", "src", "--pid", "1")); // a directory here, and a name
            assertTrue(err.startsWith("usher: no running usher found with pid 1"), err);
            assertEquals(2, run("explain", "src", file));
            assertTrue(err.contains("the file comes first, then the name: usher explain " + file + " src"), err);
            assertEquals(2, run("explain", "/dev/null"));
            assertTrue(err.startsWith("usher: a name is needed: usher explain /dev/null www."), err);
        }

        @Test
        void aBadFileIsOne() throws IOException {
            assertEquals(1, run("explain", write("bad.yaml", "routs: {}\n"), "a.example"));
            assertTrue(err.contains("bad.yaml:1:1: error:"), err);
        }
    }

    @Nested
    class Forward {
        @Test
        void wrongAddressesAreTwo() {
            assertEquals(2, run("forward", "foo", "localhost:1"));
            assertTrue(err.startsWith("usher: LISTEN: \"foo\" has no port"), err);
            assertEquals(2, run("forward", ":1", "2"));
            assertTrue(err.startsWith("usher: TARGET: "), err);
        }
    }
}
