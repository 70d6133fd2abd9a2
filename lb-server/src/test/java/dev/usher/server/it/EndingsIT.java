package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * However one side ends, the other side sees the same: FIN as FIN, RST as RST, and every byte before it. Where usher ends
 * what is not finished, it is a RST.
 */
class EndingsIT {
    private static final int BIG = 20_000_000;
    private static final byte[] GREETING = {1, 2, 3, 4, 5};
    private static final byte[] TO_RESETS = Hello.of("resets.example.com");
    private static final byte[] BODY = Bodies.random(BIG, 7);

    /** What the backend's side of a session came to, told by its script. */
    private static final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

    private static final Parts parts = new Parts();
    private static Backend readsAllThenAnswers;
    private static Backend answersThenReads;
    private static Backend resetsAfterGreeting;
    private static Backend tellsEnding;
    private static Backend waitsAfterItsFin;
    private static Backend closesAtOnce;
    private static Backend resetsAtOnce;
    private static Backend silent;
    private static Backend echo;
    private static Nginx frozen;
    private static Usher usher;

    @BeforeAll
    static void start() throws Exception {
        readsAllThenAnswers = parts.add(new Backend(client -> {
            byte[] got = client.in().readAllBytes();
            client.send(BODY);
            told.add(got);
        }));
        answersThenReads = parts.add(new Backend(client -> {
            client.send(BODY).halfClose();
            told.add(client.in().readAllBytes());
        }));
        resetsAfterGreeting = parts.add(new Backend(client -> {
            client.read(TO_RESETS.length);
            client.send(GREETING).read(1);
            client.reset();
        }));
        tellsEnding = parts.add(new Backend(client -> {
            client.send(GREETING);
            told.add(client.ending());
        }));
        waitsAfterItsFin = parts.add(new Backend(client -> {
            client.send(GREETING).halfClose();
            told.add(client.ending());
        }));
        closesAtOnce = parts.add(new Backend(client -> {
            client.read(client.in().available());
            client.halfClose();
            client.ending();
        }));
        resetsAtOnce = parts.add(new Backend(client -> {
            client.read(1); // sooner, and it is the connect that fails
            client.reset();
        }));
        silent = parts.add(new Backend(client -> told.add(client.ending())));
        echo = parts.add(new Backend(Backend.ECHO));
        frozen = parts.add(new Nginx(new Certificates().leaf("frozen.example.com")));
        frozen.freeze();
        usher = parts.add(Usher.run("", """
                routes:
                  reads.example.com: %s
                  answers.example.com: %s
                  resets.example.com: %s
                  ending.example.com: %s
                  waits.example.com: waits
                  closes.example.com: %s
                  breaks.example.com: %s
                  silent.example.com: silent
                  frozen.example.com: frozen
                  refused.example.com: %s
                  second.example.com: [%s, %s, %s]
                pools:
                  waits: { backends: ["%s"], timeouts: { half_closed: 500ms } }
                  silent: { backends: ["%s"], timeouts: { idle: 500ms } }
                  frozen: { backends: ["127.0.0.1:%d"], timeouts: { idle: 500ms, half_closed: 500ms } }
                defaults: { retries: 3, health_check: none }
                """.formatted(
                        readsAllThenAnswers.hostPort(),
                        answersThenReads.hostPort(),
                        resetsAfterGreeting.hostPort(),
                        tellsEnding.hostPort(),
                        closesAtOnce.hostPort(),
                        resetsAtOnce.hostPort(),
                        Backend.hostPort(Backend.refusing()),
                        Backend.hostPort(Backend.refusing()),
                        resetsAtOnce.hostPort(),
                        echo.hostPort(),
                        waitsAfterItsFin.hostPort(),
                        silent.hostPort(),
                        frozen.port())));
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
    }

    private static Object told() throws InterruptedException {
        Object what = told.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (what == null) {
            throw new AssertionError("the backend has nothing to tell");
        }
        return what;
    }

    @Test
    void clientThatClosesItsHalfGetsTheWholeAnswer() throws Exception {
        byte[] hello = Hello.of("reads.example.com");
        try (Peer client = Peer.connect(usher)) {
            client.send(hello).send(BODY).halfClose();
            assertArrayEquals(BODY, client.in().readAllBytes());
            assertArrayEquals(join(hello, BODY), (byte[]) told());
            usher.log().of(client).ends("completed --").moved(hello.length + BIG, BIG);
        }
    }

    @Test
    void backendThatClosesItsHalfGetsTheWholeRequest() throws Exception {
        byte[] hello = Hello.of("answers.example.com");
        try (Peer client = Peer.connect(usher)) {
            client.send(hello);
            assertArrayEquals(BODY, client.in().readAllBytes());
            client.send(BODY).halfClose();
            assertArrayEquals(join(hello, BODY), (byte[]) told());
            usher.log().of(client).ends("completed --").moved(hello.length + BIG, BIG);
        }
    }

    @Test
    void clientThatClosesItsHalfAndHearsNothingIsCutOff() throws Exception {
        byte[] hello = Hello.of("ending.example.com");
        try (Peer client = Peer.connect(usher)) {
            // The backend sees the FIN, closes too, and all is done.
            client.send(hello).read(GREETING.length);
            client.halfClose();
            assertEquals(Peer.Ending.FIN, client.ending());
            assertEquals(Peer.Ending.FIN, told());
            usher.log().of(client).ends("completed --").moved(hello.length, GREETING.length);
        }
        byte[] toFrozen = Hello.of("frozen.example.com");
        try (Peer client = Peer.connect(usher)) {
            client.send(toFrozen).halfClose();
            assertEquals(Peer.Ending.FIN, client.ending());
            usher.log().of(client).ends("backend_silent sD").moved(toFrozen.length, 0);
        }
    }

    @Test
    void halfClosedSessionEndsAfterItsOwnTime() throws Exception {
        byte[] hello = Hello.of("waits.example.com");
        try (Peer client = Peer.connect(usher)) {
            client.send(hello);
            assertArrayEquals(GREETING, client.in().readAllBytes()); // the FIN has come; ours does not
            usher.log().of(client).ends("half_closed_timeout cL").moved(hello.length, GREETING.length);
            assertEquals(Peer.Ending.RST, told());
        }
    }

    @Test
    void resetOfTheClientReachesTheBackend() throws Exception {
        byte[] hello = Hello.of("ending.example.com");
        Peer client = Peer.connect(usher);
        client.send(hello).read(GREETING.length);
        client.reset();
        assertEquals(Peer.Ending.RST, told());
        usher.log().of(client).ends("client_reset CD").moved(hello.length, GREETING.length);
    }

    @Test
    void resetOfTheBackendReachesTheClient() throws Exception {
        try (Peer client = Peer.connect(usher)) {
            client.send(TO_RESETS);
            assertArrayEquals(GREETING, client.read(GREETING.length));
            client.send(new byte[BIG / 1000]);
            assertEquals(Peer.Ending.RST, client.ending());
            AccessLines.Line line = usher.log().of(client).ends("backend_reset SD");
            assertEquals(GREETING.length, line.number("bytes_out"));
        }
    }

    @Test
    void backendThatRefusesIsAnInternalError() throws Exception {
        refused("refused.example.com", "connect_refused SC", 0);
    }

    @Test
    void backendThatClosesBeforeItsFirstByteIsAnInternalError() throws Exception {
        refused("closes.example.com", "backend_closed_early SD", 1);
    }

    @Test
    void backendThatResetsBeforeItsFirstByteIsAnInternalError() throws Exception {
        refused("breaks.example.com", "backend_closed_early SD", 1);
    }

    private static void refused(String name, String end, int reached) throws Exception {
        byte[] internalError = {21, 3, 3, 0, 2, 2, 80};
        try (Peer client = Peer.connect(usher)) {
            client.send(Hello.of(name));
            assertArrayEquals(internalError, client.in().readAllBytes());
            AccessLines.Line line = usher.log().of(client).ends(end);
            assertEquals(name, line.text("sni"));
            assertEquals(1, line.number("attempts"), line::toString);
            assertTrue(reached == 1 || line.number("bytes_in") == 0, line::toString);
        }
    }

    /** Two of three cannot serve; clients do not get to know. */
    @Test
    void anotherBackendTakesOver() throws Exception {
        byte[] hello = Hello.of("second.example.com");
        for (int i = 0; i < 6; i++) {
            try (Peer client = Peer.connect(usher)) {
                assertArrayEquals(hello, client.send(hello).read(hello.length));
                assertEquals(Peer.Ending.FIN, client.halfClose().ending());
                AccessLines.Line line = usher.log().of(client).ends("completed --");
                line.moved(hello.length, hello.length);
                assertEquals(echo.hostPort(), line.text("backend"));
            }
        }
    }

    @Test
    void backendThatNeverAnswersIsGivenUpAfterTheIdleTime() throws Exception {
        byte[] hello = Hello.of("silent.example.com");
        try (Peer client = Peer.connect(usher)) {
            client.send(hello);
            assertEquals(Peer.Ending.FIN, client.ending());
            assertEquals(Peer.Ending.RST, told());
            usher.log().of(client).ends("backend_silent sD").moved(hello.length, 0);
        }
    }

    /** The kernel takes connections for a stopped process: the connect succeeds, and nothing ever comes. */
    @Test
    void stoppedServerIsGivenUpAfterTheIdleTime() throws Exception {
        Command.Result got = Command.opensslClient(usher, "", "-servername", "frozen.example.com");
        assertEquals(1, got.exitCode(), got::toString);
        usher.log()
                .first(
                        "of openssl to the frozen server",
                        line -> line.text("sni").equals("frozen.example.com")
                                && line.json().get("alpn").isEmpty())
                .ends("backend_silent sD");
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
