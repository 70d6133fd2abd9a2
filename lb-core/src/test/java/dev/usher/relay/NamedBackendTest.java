package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.AddressRules;
import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.HostPort;
import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Postgres;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.end.CloseReason;
import dev.usher.opening.SocksMessages;
import dev.usher.testing.Await;
import dev.usher.testing.DnsStandIn;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions whose clients name the backend. */
class NamedBackendTest {
    private static final AddressRules LOOPBACK =
            new AddressRules(List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1")), List.of());

    private final DnsStandIn dns = DnsStandIn.start().has("home.example", "home.example. 60 IN A 127.0.0.1");
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private final String port = ":" + backend.hostPort().port();

    @AfterEach
    void close() {
        backend.close();
        dns.close();
    }

    private TestUsher usher(String route, String template, AddressRules rules) throws IOException {
        return usher(TestUsher.of(), route, template, rules);
    }

    private TestUsher usher(TestUsher.Builder begun, String route, String template, AddressRules rules)
            throws IOException {
        return begun.backend(BackendConfig.of(HostPort.parse(template)))
                .pool(pool -> pool.addressRules(rules).resolve(resolve(Duration.ofSeconds(3))))
                .route(RouteConfig.of(route, TestUsher.POOL))
                .start();
    }

    private ResolveConfig resolve(Duration timeout) {
        return new ResolveConfig(Duration.ofSeconds(30), Family.ANY, timeout, List.of(dns.address()), false);
    }

    /** Sends a hello for a name, and reads to the end. */
    private static byte[] answer(TestUsher usher, String name) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(new HelloBuilder().name(name).records());
            return client.readToEnd();
        }
    }

    private static byte[] alert(int description) {
        return new byte[] {21, 3, 3, 0, 2, 2, (byte) description};
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static void echoes(TestUsher usher, String name) throws IOException {
        ByteBuffer hello = new HelloBuilder().name(name).records();
        try (TestPeer client = usher.connect()) {
            byte[] sent = bytes(hello);
            client.send(sent);
            assertArrayEquals(sent, client.read(sent.length));
        }
    }

    @Test
    void goesToTheHostThatTheClientNames() throws IOException {
        try (TestUsher usher = usher("home.example", "{name}" + port, LOOPBACK)) {
            echoes(usher, "Home.example");
            SessionEnd end = usher.nextEnd();
            assertEquals(backend.name(), end.identity().backend());
            assertEquals(TestUsher.POOL, end.identity().pool());
        }
    }

    @Test
    void fillsInThePartInPlaceOfTheStar() throws IOException {
        dns.has("a.b.lan", "a.b.lan. 60 IN A 127.0.0.1");
        try (TestUsher usher = usher("*.Names.example", "{sub}.lan" + port, LOOPBACK)) {
            echoes(usher, "a.b.names.example");
            usher.nextEnd();
        }
    }

    @Test
    void asksOnceForManyClients() throws IOException {
        try (TestUsher usher = usher("home.example", "{name}" + port, LOOPBACK)) {
            for (int i = 0; i < 5; i++) {
                echoes(usher, "home.example");
                usher.nextEnd();
            }
            assertEquals(2, dns.questions()); // one for each family
        }
    }

    @Test
    void refusesAddressesOfThisMachine() throws IOException {
        try (TestUsher usher = usher("home.example", "{name}" + port, AddressRules.NONE)) {
            assertArrayEquals(alert(49), answer(usher, "home.example")); // access_denied
            usher.ended(CloseReason.ADDRESS_REFUSED);
            assertEquals(0, backend.connections().size());
            tells(usher, "server name \"home.example\"", "refused (address_refused): pool");
        }
    }

    private static void tells(TestUsher usher, String subject, String text) {
        Await.until(
                () -> usher.balancer().looks().events().stream()
                        .anyMatch(event ->
                                event.subject().equals(subject) && event.text().startsWith(text)),
                "an event about " + subject);
    }

    @Test
    void refusesANameThatDoesNotExist() throws IOException {
        try (TestUsher usher = usher("*.example", "{name}" + port, LOOPBACK)) {
            assertArrayEquals(alert(112), answer(usher, "missing.example")); // unrecognized_name
            usher.ended(CloseReason.NAME_NOT_FOUND);
            assertArrayEquals(alert(112), answer(usher, "*.example")); // devices send it, and it is no host
            usher.ended(CloseReason.NAME_NOT_FOUND);
        }
    }

    @Test
    void refusesWhereTheNameServerFails() throws IOException {
        try (TestUsher usher = usher("home.example", "{name}" + port, LOOPBACK)) {
            dns.is(DnsStandIn.Mode.FAILS);
            assertArrayEquals(alert(80), answer(usher, "home.example")); // internal_error
            usher.ended(CloseReason.NAME_LOOKUP_FAILED);
        }
    }

    /** A client waits for the time-out; another name is served meanwhile. */
    @Test
    void aSilentNameServerHoldsUpItsOwnNamesOnly() throws IOException {
        try (TestUsher usher = usher("*.example", "{name}" + port, LOOPBACK)) {
            echoes(usher, "home.example");
            usher.nextEnd();
            dns.is(DnsStandIn.Mode.SILENT);
            try (TestPeer waiting = usher.connect()) {
                waiting.send(new HelloBuilder().name("slow.example").records());
                Await.until(() -> dns.questions() > 2, "the name is asked for");
                echoes(usher, "home.example");
                usher.ended(CloseReason.COMPLETED);
                assertArrayEquals(alert(80), waiting.readToEnd());
            }
            usher.ended(CloseReason.NAME_LOOKUP_FAILED);
        }
    }

    @Test
    void aClientMayLeaveWhileItsNameIsLookedUp() throws IOException {
        try (TestUsher usher = usher("*.example", "{name}" + port, LOOPBACK)) {
            dns.is(DnsStandIn.Mode.SILENT);
            try (TestPeer client = usher.connect()) {
                client.send(new HelloBuilder().name("slow.example").records());
                Await.until(() -> dns.questions() > 0, "the name is asked for");
                client.reset();
            }
            usher.ended(CloseReason.NAME_LOOKUP_FAILED);
        }
    }

    /** The way back to usher, over a machine that rewrites addresses. */
    private static void goBack(TestPeer client, TestUsher usher, int bytes) throws IOException {
        try (TestPeer back = usher.connect()) {
            back.send(client.read(bytes));
            client.send(back.readToEnd());
        }
    }

    @Test
    void findsALoopThatNoAddressShows() throws IOException {
        int bytes = new HelloBuilder().name("home.example").records().remaining();
        AtomicReference<@Nullable TestUsher> target = new AtomicReference<>();
        try (TestBackend router =
                        TestBackend.start(client -> goBack(client, Objects.requireNonNull(target.get()), bytes));
                TestUsher usher =
                        usher("home.example", "{name}:" + router.hostPort().port(), LOOPBACK)) {
            target.set(usher);
            assertArrayEquals(alert(80), answer(usher, "home.example")); // internal_error
            usher.ended(CloseReason.LOOP);
            usher.ended(CloseReason.COMPLETED);
            usher.ended(CloseReason.COMPLETED);
            assertEquals(2, router.connections().size());
            assertArrayEquals(alert(80), answer(usher, "home.example"), "each hello has left by then");
            assertEquals(4, router.connections().size());
        }
    }

    /** The request in front of the hello is answered and asked anew on each lap. */
    @Test
    void findsALoopOfPostgresClients() throws IOException {
        byte[] request = HexFormat.of().parseHex("0000000804d2162f");
        byte[] hello = bytes(new HelloBuilder().name("home.example").records());
        AtomicReference<@Nullable TestUsher> target = new AtomicReference<>();
        try (TestBackend router = TestBackend.start(client -> {
                    client.read(request.length);
                    client.send(new byte[] {'S'});
                    byte[] came = client.read(hello.length);
                    client.send(askingAsPostgres(Objects.requireNonNull(target.get()), request, came));
                });
                TestUsher usher = usher(
                        TestUsher.of().notTls(new NotTls(null, null, new Postgres(Postgres.REFUSE), null)),
                        "home.example",
                        "{name}:" + router.hostPort().port(),
                        LOOPBACK)) {
            target.set(usher);
            assertArrayEquals(alert(80), askingAsPostgres(usher, request, hello)); // internal_error
            usher.ended(CloseReason.LOOP);
            usher.ended(CloseReason.COMPLETED);
            usher.ended(CloseReason.COMPLETED);
        }
    }

    /** Asks for TLS, sends a hello, and reads to the end. */
    private static byte[] askingAsPostgres(TestUsher usher, byte[] request, byte[] hello) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(request);
            assertArrayEquals(new byte[] {'S'}, client.read(1));
            client.send(hello);
            return client.readToEnd();
        }
    }

    @Test
    void takesAHelloThatComesByTwiceForNoLoop() throws IOException {
        int bytes = new HelloBuilder().name("home.example").records().remaining();
        AtomicReference<@Nullable TestUsher> target = new AtomicReference<>();
        AtomicInteger laps = new AtomicInteger();
        byte[] served = {1, 2, 3};
        try (TestBackend router = TestBackend.start(client -> {
                    if (laps.incrementAndGet() == 1) {
                        goBack(client, Objects.requireNonNull(target.get()), bytes);
                    } else {
                        client.read(bytes);
                        client.send(served);
                    }
                });
                TestUsher usher =
                        usher("home.example", "{name}:" + router.hostPort().port(), LOOPBACK)) {
            target.set(usher);
            assertArrayEquals(served, answer(usher, "home.example"));
        }
    }

    @Test
    void findsALoopThroughItself() throws IOException {
        try (TestUsher usher = usher("home.example", "{name}:{port}", LOOPBACK)) {
            answer(usher, "home.example");
            usher.ended(CloseReason.LOOP);
            usher.nextEnd();
            tells(usher, "server name \"home.example\"", "refused (loop): the way leads back");
        }
    }

    private TestUsher socks(int... ports) throws IOException {
        Target target =
                Target.of(TestUsher.POOL).withPorts(IntStream.of(ports).boxed().toList());
        return TestUsher.socks()
                .backend(BackendConfig.of(HostPort.parse("{name}:{port}")))
                .pool(pool -> pool.addressRules(LOOPBACK).resolve(resolve(Duration.ofMillis(500))))
                .route(RouteConfig.of("*.example", target))
                .start();
    }

    private static TestPeer asking(TestUsher usher, String host, int asked) throws IOException {
        TestPeer client =
                usher.connect().send(SocksMessages.bytes(SocksMessages.methods(), SocksMessages.request(host, asked)));
        assertArrayEquals(SocksMessages.method(), client.read(2));
        return client;
    }

    @Test
    void goesToTheHostAndThePortThatASocksClientAsksFor() throws IOException {
        int asked = backend.hostPort().port();
        try (TestUsher usher = socks(asked)) {
            try (TestPeer client = asking(usher, "home.example", asked)) {
                assertArrayEquals(SocksMessages.reply(0), client.read(10));
                client.send(new byte[] {1, 2, 3});
                assertArrayEquals(new byte[] {1, 2, 3}, client.read(3));
            }
            assertEquals(
                    backend.name(),
                    usher.ended(CloseReason.COMPLETED).identity().backend());
            try (TestPeer client = asking(usher, "nobody.example", asked)) {
                assertArrayEquals(SocksMessages.reply(4), client.readToEnd());
            }
            usher.ended(CloseReason.NAME_NOT_FOUND);
        }
    }
}
