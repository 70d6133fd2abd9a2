package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Postgres;
import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both dialogues of Postgres around the relay, over real sockets. PostgresIT has the real programs. */
class PostgresTest {
    private static final byte[] SSL_REQUEST = HexFormat.of().parseHex("0000000804d2162f");
    private static final byte[] INTERNAL_ERROR = Hellos.bytes(Alert.INTERNAL_ERROR.record());
    private static final int MORE_THAN_A_ROW = 4;

    private static TestBackend saying(String answer) {
        return TestBackend.afterReading(SSL_REQUEST.length, client -> {
            client.send(HelloBuilder.latin1(answer));
            TestBackend.ECHO.serve(client);
        });
    }

    private static TestUsher.Builder usher(TestBackend... backends) {
        return TestUsher.of(backends)
                .notTls(new NotTls(null, null, new Postgres(Postgres.REFUSE), null))
                .pool(pool -> pool.ejection(3, Duration.ofMinutes(1), Duration.ofMinutes(1), 100));
    }

    /** The client's part, up to its hello. */
    private static byte[] exchange(TestUsher usher, boolean byteWise) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.socket().setTcpNoDelay(true);
            for (byte[] piece : byteWise ? single(SSL_REQUEST) : List.of(SSL_REQUEST)) {
                client.send(piece);
            }
            assertArrayEquals(new byte[] {'S'}, client.read(1));
            for (byte[] piece : byteWise ? single(Hellos.bytes(hello())) : List.of(Hellos.bytes(hello()))) {
                client.send(piece);
            }
            client.halfClose();
            return client.readToEnd();
        }
    }

    private static List<byte[]> single(byte[] bytes) {
        return IntStream.range(0, bytes.length)
                .mapToObj(i -> new byte[] {bytes[i]})
                .toList();
    }

    private static long ejections(TestUsher usher) {
        return usher.balancer().looks().events().stream()
                .filter(event -> event.kind() == Event.Kind.BACKEND_EJECTED)
                .count();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theBackendIsAskedInTurnAndGetsTheHello(boolean byteWise) throws IOException {
        try (TestBackend backend = saying("S");
                TestUsher usher = usher(backend).start()) {
            assertArrayEquals(Hellos.bytes(hello()), exchange(usher, byteWise));
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(TestUsher.NAME, end.identity().sni());
            assertEquals(helloBytes(), end.bytesIn());
            assertEquals(
                    SSL_REQUEST.length + helloBytes(), backend.connection(0).received().length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"N", "E", "SX"})
    void anyOtherAnswerIsAnotherBackendOrAnAlert(String answer) throws IOException {
        try (TestBackend no = saying(answer);
                TestBackend yes = saying("S");
                TestUsher both = usher(no, yes).start();
                TestUsher alone = usher(no).start()) {
            assertArrayEquals(Hellos.bytes(hello()), exchange(both, false));
            assertArrayEquals(INTERNAL_ERROR, exchange(alone, false));
            alone.ended(CloseReason.CONNECT_FAILED);
        }
    }

    /** A client asks web servers for Postgres: these must not suffer. */
    @Test
    void aClientCannotEjectBackendsOfAnotherProtocol() throws IOException {
        try (TestBackend no = saying("N");
                TestBackend silent = TestBackend.start(TestBackend.SILENT);
                TestUsher refusing = usher(no).start();
                TestUsher late =
                        usher(silent).connectTimeout(Duration.ofMillis(20)).start()) {
            for (int i = 0; i < MORE_THAN_A_ROW; i++) {
                assertArrayEquals(INTERNAL_ERROR, exchange(refusing, false));
                refusing.ended(CloseReason.CONNECT_FAILED);
                assertArrayEquals(INTERNAL_ERROR, exchange(late, false));
                late.ended(CloseReason.CONNECT_TIMEOUT);
            }
            assertEquals(0, ejections(refusing) + ejections(late));
        }
    }
}
