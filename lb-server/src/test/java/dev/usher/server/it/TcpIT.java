package dev.usher.server.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners of type tcp, and {@code usher forward}, pass on whatever it is, from whichever side it comes first. */
class TcpIT {
    private static final int VALUE_BYTES = 10_000_000;
    private static final int CURL_RECV_ERROR = 56;

    private static Usher listener(String backend) throws Exception {
        return Usher.run("type: tcp, pool: only", """
                pools: { only: { backends: ["%s"], health_check: none } }
                """.formatted(backend));
    }

    /** An answer without a length ends with the connection: a FIN would be the end of it, and half a file a success. */
    @ParameterizedTest
    @ValueSource(strings = {"idle", "max_lifetime"})
    void curlSeesThatATimeOutCutItsAnswer(String timeout) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (Backend stalls = new Backend(client -> {
                    client.send("HTTP/1.0 200 OK\r\n\r\nhalf of".getBytes(US_ASCII));
                    done.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                });
                Usher usher = Usher.run("type: tcp, pool: only", """
                        pools: { only: { backends: ["%s"], health_check: none, timeouts: { %s: 300ms } } }
                        """.formatted(stalls.hostPort(), timeout))) {
            Command.Result got = Command.curl("http://127.0.0.1:" + usher.port() + "/");
            assertEquals(CURL_RECV_ERROR, got.exitCode(), got::toString);
            assertEquals("half of", got.out());
        } finally {
            done.countDown();
        }
    }

    @Nested
    class Forward {
        @Test
        void standsInFrontOfRedis() throws Exception {
            try (Redis redis = new Redis();
                    Usher usher = Usher.forward("localhost:" + redis.port())) {
                pings(usher);
                keepsLargeValue(usher);
                redisCliPings(usher);
                assertEquals(0, usher.stop(Duration.ofSeconds(10)));
            }
        }

        private static void pings(Usher usher) throws Exception {
            try (Peer client = Peer.connect(usher)) {
                client.send("PING\r\n".getBytes(US_ASCII));
                assertEquals("+PONG\r\n", new String(client.read(7), US_ASCII));
                assertEquals(Peer.Ending.FIN, client.halfClose().ending());
                AccessLines.Line line =
                        usher.log().of(client).ends("completed --").moved(6, 7);
                assertEquals("null", line.text("sni"));
                assertEquals("null", line.text("alpn"));
                assertEquals("forward", line.text("pool"));
            }
        }

        private static void keepsLargeValue(Usher usher) throws Exception {
            byte[] value = Bodies.random(VALUE_BYTES, 3);
            byte[] set = join(("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + VALUE_BYTES + "\r\n").getBytes(US_ASCII), value);
            byte[] get = "\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n".getBytes(US_ASCII);
            byte[] header = ("+OK\r\n$" + VALUE_BYTES + "\r\n").getBytes(US_ASCII);
            try (Peer client = Peer.connect(usher)) {
                client.send(set).send(get);
                assertArrayEquals(header, client.read(header.length));
                assertArrayEquals(value, client.read(VALUE_BYTES));
                assertEquals(Peer.Ending.FIN, client.halfClose().ending());
                usher.log().of(client).moved(set.length + get.length, header.length + VALUE_BYTES + 2);
            }
        }

        private static void redisCliPings(Usher usher) throws Exception {
            Command.Result got = Command.run(
                            "",
                            List.of(
                                    Program.require("redis-cli"),
                                    "-h",
                                    "127.0.0.1",
                                    "-p",
                                    Integer.toString(usher.port()),
                                    "PING"))
                    .succeeds();
            assertEquals("PONG\n", got.out());
        }

        @Test
        void standsInFrontOfPythonsFileServer() throws Exception {
            try (PythonHttp python = new PythonHttp();
                    Usher usher = Usher.forward("127.0.0.1:" + python.port())) {
                Path file = Bodies.write(python.file("body"), VALUE_BYTES, 4);
                Path fetched = Program.directory("fetched").resolve("body");
                Command.curl("--fail", "-o", fetched.toString(), "http://127.0.0.1:" + usher.port() + "/body")
                        .succeeds();
                assertEquals(-1, Files.mismatch(file, fetched));
                clientThatClosesItsHalfGetsTheFile(usher, file);
            }
        }

        private static void clientThatClosesItsHalfGetsTheFile(Usher usher, Path file) throws Exception {
            byte[] request = "GET /body HTTP/1.0\r\n\r\n".getBytes(US_ASCII);
            try (Peer client = Peer.connect(usher)) {
                client.send(request).halfClose();
                byte[] answer = client.in().readAllBytes();
                byte[] body = Files.readAllBytes(file);
                int header = answer.length - body.length;
                assertTrue(header > 0, () -> answer.length + " bytes came");
                assertArrayEquals(body, Arrays.copyOfRange(answer, header, answer.length));
                usher.log().of(client).ends("completed --").moved(request.length, answer.length);
            }
        }
    }

    @Nested
    class Listener {
        @Test
        void passesOnWhatTheServerSaysFirst() throws Exception {
            byte[] banner = "220 mail.example.com ESMTP\r\n".getBytes(US_ASCII);
            byte[] quit = "QUIT\r\n".getBytes(US_ASCII);
            try (Backend mail = new Backend(client -> {
                        client.send(banner).read(quit.length);
                        client.send("221 bye\r\n".getBytes(US_ASCII));
                    });
                    Usher usher = listener(mail.hostPort());
                    Peer client = Peer.connect(usher)) {
                assertArrayEquals(banner, client.read(banner.length));
                client.send(quit);
                assertEquals("221 bye\r\n", new String(client.in().readAllBytes(), US_ASCII));
                client.halfClose();
                usher.log().of(client).ends("completed --").moved(quit.length, banner.length + 9);
            }
        }

        @Test
        void clientThatClosesItsHalfGetsTheWholeAnswer() throws Exception {
            byte[] body = Bodies.random(VALUE_BYTES, 5);
            BlockingQueue<byte[]> told = new LinkedBlockingQueue<>();
            try (Backend backend = new Backend(client -> {
                        told.add(client.in().readAllBytes());
                        client.send(body);
                    });
                    Usher usher = listener(backend.hostPort());
                    Peer client = Peer.connect(usher)) {
                client.send(body).halfClose();
                assertArrayEquals(body, client.in().readAllBytes());
                assertArrayEquals(body, told.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS));
                usher.log().of(client).ends("completed --").moved(VALUE_BYTES, VALUE_BYTES);
            }
        }

        /** A FIN would tell the client that an empty answer is the whole. */
        @Test
        void backendThatResetsBeforeItsFirstByteIsAResetForTheClient() throws Exception {
            try (Backend backend = new Backend(client -> {
                        client.read(1);
                        client.reset();
                    });
                    Usher usher = listener(backend.hostPort());
                    Peer client = Peer.connect(usher)) {
                assertEquals(Peer.Ending.RST, client.send((byte) 1).ending());
                usher.log().of(client).ends("backend_reset SD").moved(1, 0);
            }
        }

        @Test
        void backendThatRefusesIsAResetForTheClient() throws Exception {
            try (Usher usher = listener(Backend.hostPort(Backend.refusing()));
                    Peer client = Peer.connect(usher)) {
                assertEquals(Peer.Ending.RST, client.ending());
                usher.log().of(client).ends("connect_refused SC").moved(0, 0);
            }
        }

        @Test
        void resetOfTheClientReachesTheBackend() throws Exception {
            BlockingQueue<Peer.Ending> told = new LinkedBlockingQueue<>();
            try (Backend backend =
                            new Backend(client -> told.add(client.send((byte) 1).ending()));
                    Usher usher = listener(backend.hostPort())) {
                Peer client = Peer.connect(usher);
                client.read(1);
                client.reset();
                assertEquals(Peer.Ending.RST, told.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS));
                usher.log().of(client).ends("client_reset CD").moved(0, 1);
            }
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream(first.length + second.length);
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }
}
