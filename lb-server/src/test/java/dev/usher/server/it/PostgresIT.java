package dev.usher.server.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code psql} and two PostgreSQL servers behind one port, by name, beside a web server. */
@Tag("slow")
class PostgresIT {
    private static final String ONE = "one.example";
    private static final String TWO = "two.example";
    private static final String WEB = "web.example";
    /** The server closes before or after psql's last bytes, and psql before or after the server's. */
    private static final Set<String> ENDS = Set.of("completed --", "backend_reset SD", "client_reset CD");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Parts parts = new Parts();
    private static Certificates certificates;
    private static Postgres one;
    private static Postgres two;
    private static Nginx web;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        one = parts.add(new Postgres("one", certificates.leaf(ONE)));
        two = parts.add(new Postgres("two", certificates.leaf(TWO)));
        web = parts.add(new Nginx(certificates.leaf(WEB)));
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
    }

    private static Usher usher(String postgres) throws Exception {
        return parts.add(Usher.run("not_tls: { postgres: " + postgres + " }", """
                routes: { %s: one, %s: "%s", %s: "127.0.0.1:%d" }
                pools: { one: { backends: "%s" } }
                """.formatted(
                        ONE, TWO, two.hostPort(), WEB, web.port(), one.hostPort())));
    }

    private static List<String> psql(Usher usher, String name, String more, String query) throws Exception {
        return List.of(
                Program.require("psql"),
                "host=%s hostaddr=127.0.0.1 port=%d dbname=postgres user=postgres sslrootcert=%s connect_timeout=10 %s"
                        .formatted(name, usher.port(), certificates.authorityFile(), more),
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--command",
                query);
    }

    private static Command.Result ask(Usher usher, String name, String more, String query) throws Exception {
        return Command.run("", psql(usher, name, more, query));
    }

    @Test
    void eachNameReachesItsOwnServer() throws Exception {
        Usher usher = usher("route");
        for (String name : List.of(ONE, TWO)) {
            Command.Result said = ask(
                    usher,
                    name,
                    "sslmode=verify-full",
                    "select current_setting('cluster_name') || ' ' || length(repeat('x', 3000000))");
            assertEquals(
                    name.replaceFirst("\\..*", "") + " 3000000\n",
                    said.succeeds().out());
            AccessLines.Line line = usher.log().first("of " + name, found -> name.equals(found.text("sni")));
            assertTrue(ENDS.contains(line.end()), line.end());
        }
        Command.curl(usher, certificates, WEB, "https://" + WEB + ":" + usher.port() + "/who")
                .succeeds();
    }

    @Test
    void aNameWithoutRouteIsRefusedByAnAlert() throws Exception {
        Usher usher = usher("route");
        Command.Result refused = ask(usher, "three.example", "sslmode=require", "select 1");
        assertTrue(refused.err().contains("unrecognized name"), refused::toString);
        usher.log()
                .first("of it", line -> "three.example".equals(line.text("sni")))
                .ends("unknown_name PH");
    }

    @Test
    void aClientWithoutTlsIsToldToUseTls() throws Exception {
        Usher usher = usher("route");
        Command.Result refused = ask(usher, ONE, "sslmode=disable", "select 1");
        assertTrue(refused.err().contains("FATAL:  this port takes Postgres clients with TLS only"), refused::toString);
        usher.log().first("of it", line -> true).ends("postgres_without_tls PH");
    }

    @Test
    void aBackendThatIsNoPostgresIsRefused() throws Exception {
        Usher usher = usher("route");
        Command.Result refused = ask(usher, WEB, "sslmode=require", "select 1");
        assertNotEquals(0, refused.exitCode(), refused::toString);
        usher.log().first("of it", line -> WEB.equals(line.text("sni"))).ends("connect_failed SC");
    }

    /** As psql with a Kerberos ticket asks. */
    @Test
    void encryptionByGssIsDeclined() throws Exception {
        Usher usher = usher("route");
        try (Peer client = Peer.connect(usher)) {
            client.send(HexFormat.of().parseHex("0000000804d21630"));
            assertEquals("N", new String(client.read(1), ISO_8859_1));
            client.send(HexFormat.of().parseHex("0000000804d2162f"));
            assertEquals("S", new String(client.read(1), ISO_8859_1));
        }
    }

    /** psql gives the result up, and the server does not know. */
    @Test
    void aCancelIsRefusedWithoutAPool() throws Exception {
        Usher usher = usher("route");
        String query = "select pg_sleep(60) as refused";
        try (Program psql = cancelled(usher, query)) {
            usher.log().first("of the cancel", line -> line.end().equals("postgres_cancel PH"));
            assertTrue(isRunning(usher, query));
            assertTrue(psql.isAlive());
        }
    }

    @Test
    void aCancelGoesToItsPool() throws Exception {
        Usher usher = usher("{ cancel: one }");
        try (Program psql = cancelled(usher, "select pg_sleep(60) as cancelled")) {
            assertEquals(1, psql.exitCode(PATIENCE), () -> psql.err().text());
            assertTrue(psql.err().text().contains("canceling statement due to user request"), psql.err()::text);
        }
        usher.log()
                .first("of the cancel", line -> "not_tls.postgres.cancel".equals(line.text("route")))
                .ends("completed --");
    }

    /** psql with a query that runs, after a Ctrl-C. */
    private static Program cancelled(Usher usher, String query) throws Exception {
        Program psql = Program.start("psql", psql(usher, ONE, "sslmode=verify-full", query));
        Await.until(() -> isRunning(usher, query), "the query runs");
        psql.signal("INT");
        return psql;
    }

    private static boolean isRunning(Usher usher, String query) throws Exception {
        return ask(
                        usher,
                        ONE,
                        "sslmode=require",
                        "select count(*) from pg_stat_activity where query = '" + query + "' and state = 'active'")
                .out()
                .equals("1\n");
    }
}
