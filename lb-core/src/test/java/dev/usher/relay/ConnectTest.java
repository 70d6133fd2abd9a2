package dev.usher.relay;

import static dev.usher.testing.TestUsher.NAME;
import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which backend a session gets in the end, and what the client is told if it gets none. */
class ConnectTest {
    private static void isServed(TestUsher usher, ByteBuffer hello) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(hello).halfClose();
            assertArrayEquals(Hellos.bytes(hello), client.readToEnd());
        }
    }

    private static void isToldInternalError(TestUsher usher) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(hello());
            assertArrayEquals(Hellos.bytes(Alert.INTERNAL_ERROR.record()), client.readToEnd());
        }
    }

    @Test
    void theNextBackendServesIfOneRefuses() throws IOException {
        try (TestBackend refusing = TestBackend.refusing();
                TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(refusing, backend).start()) {
            isServed(usher, hello());
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(2, end.attempts());
            assertEquals(backend.name(), end.identity().backend());
            assertEquals(helloBytes(), end.bytesIn());
            assertEquals(1, usher.backend(refusing).failures());
            assertEquals(0, usher.backend(refusing).sessions());
            assertEquals(0, usher.backend(refusing).bytesIn());
            assertEquals(1, usher.backend(backend).sessions());
            assertEquals(0, usher.backend(backend).failures());
        }
    }

    @Test
    void connectionsLeaveFromTheSourceOfThePool() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend)
                        .pool(pool -> pool.source("127.0.0.2"))
                        .start()) {
            isServed(usher, hello());
            usher.ended(CloseReason.COMPLETED);
            assertEquals(
                    "127.0.0.2", backend.connection(0).remote().getAddress().getHostAddress());
        }
    }

    @Test
    void aSourceThatThisMachineHasNotIsNoFaultOfTheBackends() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend)
                        .pool(pool -> pool.source("192.0.2.1"))
                        .start()) {
            isToldInternalError(usher);
            usher.ended(CloseReason.OUT_OF_SOCKETS);
            assertEquals(0, usher.backend(backend).failures());
        }
    }

    @Test
    void theClientIsToldIfAllRefuse() throws IOException {
        try (TestBackend one = TestBackend.refusing();
                TestBackend two = TestBackend.refusing();
                TestUsher usher = TestUsher.of(one, two).start()) {
            isToldInternalError(usher);
            SessionEnd end = usher.ended(CloseReason.CONNECT_REFUSED);
            assertEquals(2, end.attempts());
            assertEquals(SessionEnd.UNKNOWN, end.connectNanos());
            assertEquals(SessionEnd.UNKNOWN, end.firstByteNanos());
            assertEquals(0, end.bytesIn());
            assertEquals(1, usher.backend(one).failures());
            assertEquals(1, usher.backend(two).failures());
            assertEquals(0, usher.backend(one).sessions() + usher.backend(two).sessions(), "it has reached none");
        }
    }

    @Test
    void noMoreBackendsAreTriedThanRetriesAllow() throws IOException {
        try (TestBackend one = TestBackend.refusing();
                TestBackend two = TestBackend.refusing();
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one, two, good).retries(1).start()) {
            isToldInternalError(usher);
            assertEquals(2, usher.ended(CloseReason.CONNECT_REFUSED).attempts());
            assertTrue(good.connections().isEmpty());
        }
    }

    @Test
    void noneIsTriedAgainWithoutRetries() throws IOException {
        try (TestBackend one = TestBackend.refusing();
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one, good).retries(0).start()) {
            isToldInternalError(usher);
            assertEquals(1, usher.ended(CloseReason.CONNECT_REFUSED).attempts());
            assertTrue(good.connections().isEmpty());
        }
    }

    @Test
    void theNextBackendServesIfOneDoesNotAnswer() throws IOException {
        try (TestBackend unreachable = TestBackend.unreachable();
                TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(unreachable, backend)
                        .connectTimeout(Duration.ofMillis(100))
                        .start()) {
            isServed(usher, hello());
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(2, end.attempts());
            assertTrue(end.connectNanos() < 100_000_000, "of the last attempt alone");
            assertTrue(end.totalNanos() >= 100_000_000, "of both");
        }
    }

    @Test
    void theClientIsToldIfNoBackendAnswers() throws IOException {
        try (TestBackend unreachable = TestBackend.unreachable();
                TestUsher usher = TestUsher.of(unreachable)
                        .connectTimeout(Duration.ofMillis(100))
                        .start()) {
            isToldInternalError(usher);
            SessionEnd end = usher.ended(CloseReason.CONNECT_TIMEOUT);
            assertEquals(1, end.attempts());
            assertEquals(SessionEnd.UNKNOWN, end.connectNanos());
            assertEquals(1, usher.backend(unreachable).failures());
        }
    }

    /** A client that talks on, or leaves, while its backend does not answer makes no turns of the loop. */
    @Test
    void aConnectInFlightDoesNotSpinOnWhatTheClientSends() throws IOException {
        try (TestBackend unreachable = TestBackend.unreachable();
                TestUsher usher = TestUsher.of(unreachable)
                        .connectTimeout(Duration.ofMillis(300))
                        .start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            Await.until(() -> usher.backend(unreachable).open() == 1, "the connect is in flight");
            long before = usher.turns();
            client.send((byte) 1).halfClose();
            usher.ended(CloseReason.CONNECT_TIMEOUT);
            assertTrue(usher.turns() - before < 20, usher.turns() - before + " turns");
        }
    }

    @Test
    void aNameThatDoesNotResolveLeavesItsBackendOut() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend)
                        .backend(BackendConfig.of(new HostPort("no-such-host.invalid", 443)))
                        .start()) {
            for (int i = 0; i < 4; i++) {
                isServed(usher, hello());
                assertEquals(1, usher.ended(CloseReason.COMPLETED).attempts());
            }
        }
    }

    @Test
    void noBackendIsAReasonOfItsOwn() throws IOException {
        try (TestUsher usher = TestUsher.of()
                .backend(BackendConfig.of(new HostPort("no-such-host.invalid", 443)))
                .start()) {
            isToldInternalError(usher);
            SessionEnd end = usher.ended(CloseReason.NO_BACKEND);
            assertEquals(0, end.attempts());
            assertEquals(TestUsher.POOL, end.identity().pool());
            assertEquals(null, end.identity().backend());
        }
    }

    @Test
    void aFullBackendTakesNoMore() throws IOException {
        try (TestBackend small = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of()
                        .backend(new BackendConfig(small.hostPort(), 1, 1, false))
                        .start()) {
            try (TestPeer first = usher.connect()) {
                first.send(hello()).read(helloBytes());
                isToldInternalError(usher);
                usher.ended(CloseReason.NO_BACKEND);
                first.halfClose();
                assertEquals(0, first.readToEnd().length);
                usher.ended(CloseReason.COMPLETED);
            }
            isServed(usher, hello());
            usher.ended(CloseReason.COMPLETED);
        }
    }

    @Nested
    class ABackendThatEndsBeforeItsFirstByte {
        private void isReplacedWhole(TestBackend.Script ending) throws IOException {
            ByteBuffer hello = new HelloBuilder().name(NAME).paddedTo(20_000).records();
            try (TestBackend first = TestBackend.afterReading(hello.remaining(), ending);
                    TestBackend second = TestBackend.start(TestBackend.ECHO);
                    TestUsher usher = TestUsher.of(first, second).start()) {
                try (TestPeer client = usher.connect()) {
                    client.send(hello);
                    client.read(hello.remaining());
                    client.send((byte) 1).halfClose();
                    assertEquals(1, client.readToEnd().length);
                    assertArrayEquals(
                            HelloBuilder.concat(Hellos.bytes(hello), new byte[] {1}),
                            second.connection(0).received());
                }
                assertArrayEquals(Hellos.bytes(hello), first.connection(0).received());
                SessionEnd end = usher.ended(CloseReason.COMPLETED);
                assertEquals(2, end.attempts());
                assertEquals(second.name(), end.identity().backend());
                assertEquals(hello.remaining() + 1, end.bytesIn(), "each byte counts once");
                assertEquals(hello.remaining() + 1, end.bytesOut());
                assertEquals(1, usher.backend(first).failures());
                assertEquals(hello.remaining() + 1, usher.backend(second).bytesIn());
            }
        }

        @Test
        void isReplacedIfItCloses() throws IOException {
            isReplacedWhole(TestBackend.CLOSE);
        }

        @Test
        void isReplacedIfItResets() throws IOException {
            isReplacedWhole(TestBackend.RESET);
        }

        @Test
        void isReplacedIfItOnlyHalfCloses() throws IOException {
            isReplacedWhole(client -> {
                client.halfClose();
                client.ending();
            });
        }

        @Test
        void isReplacedIfItClosesWithoutReading() throws IOException {
            try (TestBackend first = TestBackend.start(TestBackend.CLOSE);
                    TestBackend second = TestBackend.start(TestBackend.ECHO);
                    TestUsher usher = TestUsher.of(first, second).start()) {
                for (int i = 0; i < 20; i++) {
                    try (TestPeer client = usher.connect()) {
                        client.send(hello()).read(helloBytes());
                        client.halfClose();
                        assertEquals(0, client.readToEnd().length);
                    }
                    assertEquals(
                            helloBytes(), usher.ended(CloseReason.COMPLETED).bytesIn());
                }
            }
        }

        @Test
        void isToldToTheClientIfNoOtherCanTakeOver() throws IOException {
            try (TestBackend first = TestBackend.afterReading(helloBytes(), TestBackend.CLOSE);
                    TestBackend second = TestBackend.afterReading(helloBytes(), TestBackend.RESET);
                    TestUsher usher = TestUsher.of(first, second).start()) {
                isToldInternalError(usher);
                SessionEnd end = usher.ended(CloseReason.BACKEND_CLOSED_EARLY);
                assertEquals(2, end.attempts());
                assertEquals(SessionEnd.UNKNOWN, end.firstByteNanos());
                assertEquals(0, end.bytesIn(), "nobody has taken them");
            }
        }

        @Test
        void leavesNoConnectTimeBehindIfTheNextRefuses() throws IOException {
            try (TestBackend first = TestBackend.afterReading(helloBytes(), TestBackend.CLOSE);
                    TestBackend second = TestBackend.refusing();
                    TestUsher usher = TestUsher.of(first, second).start()) {
                isToldInternalError(usher);
                SessionEnd end = usher.ended(CloseReason.CONNECT_REFUSED);
                assertEquals(second.name(), end.identity().backend());
                assertEquals(SessionEnd.UNKNOWN, end.connectNanos(), "the last attempt did not connect");
            }
        }

        @Test
        void isNotReplacedForAHelloWithEarlyData() throws IOException {
            ByteBuffer hello = new HelloBuilder().name(NAME).earlyData().records();
            try (TestBackend first = TestBackend.afterReading(hello.remaining(), TestBackend.CLOSE);
                    TestBackend second = TestBackend.start(TestBackend.ECHO);
                    TestUsher usher = TestUsher.of(first, second).start()) {
                try (TestPeer client = usher.connect()) {
                    client.send(hello);
                    assertArrayEquals(Hellos.bytes(Alert.INTERNAL_ERROR.record()), client.readToEnd());
                }
                assertEquals(1, usher.ended(CloseReason.BACKEND_CLOSED_EARLY).attempts());
                assertTrue(second.connections().isEmpty());
            }
        }

        /** A hello with early data may still go to another backend while no byte of it has left. */
        @Test
        void mayRefuseAHelloWithEarlyData() throws IOException {
            ByteBuffer hello = new HelloBuilder().name(NAME).earlyData().records();
            try (TestBackend first = TestBackend.refusing();
                    TestBackend second = TestBackend.start(TestBackend.ECHO);
                    TestUsher usher = TestUsher.of(first, second).start()) {
                isServed(usher, hello);
                usher.ended(CloseReason.COMPLETED);
            }
        }

        /** What the client said after its hello cannot be said again: it was not kept. */
        @Test
        void isNotReplacedOnceTheClientHasSaidMore() throws IOException {
            try (TestBackend first = TestBackend.afterReading(helloBytes(), client -> {
                        client.read(1);
                        client.reset();
                    });
                    TestBackend second = TestBackend.start(TestBackend.ECHO);
                    TestUsher usher = TestUsher.of(first, second).start();
                    TestPeer client = usher.connect()) {
                client.send(hello());
                Await.until(() -> first.connection(0).received().length == helloBytes(), "the hello is there");
                client.send((byte) 1);
                assertArrayEquals(Hellos.bytes(Alert.INTERNAL_ERROR.record()), client.readToEnd());
                assertEquals(1, usher.ended(CloseReason.BACKEND_CLOSED_EARLY).attempts());
                assertTrue(second.connections().isEmpty());
            }
        }

        @Test
        void isToldToAClientThatHasSentItsFin() throws IOException {
            try (TestBackend first = TestBackend.start(client -> {
                        client.readToEnd();
                        client.reset();
                    });
                    TestUsher usher = TestUsher.of(first).start();
                    TestPeer client = usher.connect()) {
                client.send(hello()).halfClose();
                assertArrayEquals(Hellos.bytes(Alert.INTERNAL_ERROR.record()), client.readToEnd());
                usher.ended(CloseReason.BACKEND_CLOSED_EARLY);
            }
        }

        @Test
        void isNotReplacedIfTheClientHasClosedToo() throws IOException {
            try (TestBackend first = TestBackend.start(TestBackend.SILENT);
                    TestBackend second = TestBackend.start(TestBackend.ECHO);
                    TestUsher usher = TestUsher.of(first, second).start();
                    TestPeer client = usher.connect()) {
                client.send(hello()).halfClose();
                assertEquals(0, client.readToEnd().length);
                assertEquals(1, usher.ended(CloseReason.COMPLETED).attempts());
                assertTrue(second.connections().isEmpty());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBackendIsNeverReplacedAfterItsFirstByte(Ending ending) throws IOException {
        try (TestBackend first = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1);
                    client.read(1);
                    if (ending == Ending.RST) {
                        client.reset();
                    }
                });
                TestBackend second = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(first, second).start();
                TestPeer client = usher.connect()) {
            client.send(hello()).read(1);
            client.send((byte) 1);
            assertEquals(ending, client.ending());
            if (ending == Ending.FIN) {
                client.halfClose();
            }
            SessionEnd end = usher.ended(ending == Ending.RST ? CloseReason.BACKEND_RESET : CloseReason.COMPLETED);
            assertEquals(1, end.attempts());
            assertEquals(0, usher.backend(first).failures());
            assertTrue(second.connections().isEmpty());
        }
    }

    @Test
    void sessionsAreSpreadInTurn() throws IOException {
        try (TestBackend one = TestBackend.start(TestBackend.ECHO);
                TestBackend two = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one, two).workers(2).start()) {
            for (int i = 0; i < 20; i++) {
                isServed(usher, hello());
                usher.ended(CloseReason.COMPLETED);
            }
            assertEquals(10, usher.backend(one).sessions());
            assertEquals(10, usher.backend(two).sessions());
        }
    }
}
