package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * System calls of the workers fail as the kernel may let them fail. No client gets a wrong byte or a part for the whole, each
 * session that the fault has not hit is completed, log and counters agree, and afterwards all is well. A send fails only on a
 * connection that is over: to let it fail on another would be a fault that no kernel has.
 */
@Tag("slow")
@Timeout(120)
class CallFaultsIT {
    private static final int VISITS = 60;
    private static final int AT_ONCE = 6;
    private static final int BYTES = 20_000;
    private static final String OPEN_FILES = "\"subject\":\"open files\"";

    private static final Set<String> NO_SOCKET = Set.of("out_of_sockets");
    /** Of a side that breaks before, in, or after the exchange. */
    private static final Set<String> BROKEN =
            Set.of("client_gone_before_hello", "client_reset", "backend_closed_early", "backend_reset");

    /**
     * A fault, and what may come of it.
     *
     * @param hits whether sessions fail by this fault
     * @param excused reasons of such sessions
     * @param said a part of the status, or empty
     */
    private record Fault(String calls, String error, String when, boolean hits, Set<String> excused, String said) {}

    private static Fault harmless(String calls, String error, String when) {
        return new Fault(calls, error, when, false, Set.of(), "");
    }

    private static Fault said(String calls, String error, String when, String said) {
        return new Fault(calls, error, when, false, Set.of(), said);
    }

    private static Fault hits(String calls, String error, String when, Set<String> excused) {
        return new Fault(calls, error, when, true, excused, "");
    }

    private static Stream<Fault> ofAll() {
        return Stream.of(
                said("accept,accept4", "EMFILE", "2+3", OPEN_FILES),
                said("accept,accept4", "ENOBUFS", "2+3", OPEN_FILES),
                harmless("accept,accept4", "ECONNABORTED", "1+2"),
                hits("socket", "EMFILE", "2+4", NO_SOCKET),
                hits("connect", "EADDRNOTAVAIL", "2+5", NO_SOCKET),
                hits("connect", "ENOBUFS", "2+5", NO_SOCKET),
                hits("connect", "ENOMEM", "2+5", NO_SOCKET),
                hits("connect", "ECONNREFUSED", "2+5", Set.of("connect_refused")),
                hits("connect", "ENETUNREACH", "2+5", Set.of("connect_failed")),
                hits("connect", "EPERM", "2+5", Set.of("connect_failed")),
                harmless("epoll_wait,epoll_pwait", "EINTR", "1+2"),
                harmless("epoll_wait,epoll_pwait", "ENOMEM", "2+40"));
    }

    /** Not of nio: a worker of the JDK's channels reads its own bell by the same call. */
    private static Stream<Fault> ofEpoll() {
        return Stream.of(
                hits("recvfrom", "ECONNRESET", "5+9", BROKEN),
                hits("recvfrom", "ETIMEDOUT", "5+9", BROKEN),
                harmless("recvfrom", "EINTR", "1+2"),
                harmless("sendto", "EINTR", "1+2"),
                harmless("epoll_ctl", "ENOSPC", "3+7"),
                harmless("epoll_ctl", "ENOMEM", "3+7"));
    }

    /** The kernel takes none of the calls in the ring, and usher makes them plainly. */
    private static Stream<Fault> ofRing() {
        return Stream.of("EAGAIN", "EBUSY", "EINTR", "ENOMEM").map(error -> harmless("io_uring_enter", error, "1+2"));
    }

    private static List<Fault> faults(String transport) {
        Stream<Fault> more = switch (transport) {
            case "nio" -> Stream.of();
            case "epoll" -> ofEpoll();
            default -> Stream.concat(ofEpoll(), ofRing());
        };
        return Stream.concat(ofAll(), more).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "epoll+ring", "nio"})
    void aFailingCallCostsItsOwnSessionAtMost(String transport) throws Exception {
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = usher(echo, "health_check: none, ejection: none", transport);
                AdminSide admin = new AdminSide(usher)) {
            Books books = new Books(usher.log(), admin);
            books.balance(EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES), Set.of());
            int sockets = usher.facts().sockets();
            for (Fault fault : faults(transport)) {
                happens(fault, usher, books);
                Await.process(() -> admin.text("/api/v1/status").contains(fault.said), fault + ": the status says so");
            }
            books.balance(EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES), Set.of());
            Await.process(() -> usher.facts().sockets() <= sockets, "no socket is left open");
        }
    }

    private static Usher usher(Backend echo, String defaults, String transport) throws Exception {
        return Usher.within(List.of(), Map.of(), Program.directory("log").resolve("access.log"), """
                routes: { %s: "%s" }
                defaults: { %s }
                transport: %s
                """.formatted(
                        EchoClients.NAME, echo.hostPort(), defaults, transport));
    }

    /** Neither are sessions: a machine without memory would eject all of its backends. */
    @ParameterizedTest
    @ValueSource(strings = {"ENOBUFS", "ENOMEM"})
    void aLackOfMemoryIsNoFaultOfABackend(String error) throws Exception {
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = usher(echo, "health_check: { interval: 100ms, fall: 1 }", "epoll");
                AdminSide admin = new AdminSide(usher)) {
            Books books = new Books(usher.log(), admin);
            Await.process(() -> isUp(admin), "the backend is up");
            try (CallFaults _ = CallFaults.inject(usher, "", "connect", error, "1+1")) {
                List<EchoClients.Visit> visits = EchoClients.visit(usher.address(), VISITS, 1, 0);
                assertEquals(Map.of("out_of_sockets", VISITS), books.balance(visits, NO_SOCKET));
                usher.program().awaitPrinted("the probe could not be made: ");
                assertTrue(isUp(admin), usher.program()::all);
            }
            books.balance(EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES), Set.of());
        }
    }

    private static boolean isUp(AdminSide admin) throws Exception {
        return Pattern.compile("(?m)^usher_backend_state\\{.*state=\"up\"} 1")
                .matcher(admin.text("/metrics"))
                .find();
    }

    private static void happens(Fault fault, Usher usher, Books books) throws Exception {
        try (CallFaults injection = CallFaults.inject(usher, "worker-", fault.calls, fault.error, fault.when)) {
            List<EchoClients.Visit> visits = EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES);
            Map<String, Integer> reasons;
            try {
                reasons = books.balance(visits, fault.excused);
            } catch (AssertionError e) {
                throw new AssertionError(
                        fault + ": " + e.getMessage() + "\n" + usher.program().err(), e);
            }
            int injected = injection.injected();
            Figures.note(
                    "CallFaultsIT: %s %s: %d calls failed, %s".formatted(fault.calls, fault.error, injected, reasons));
            assertTrue(injected > 0, fault + ": no call has failed");
            assertTrue(!fault.hits || reasons.size() > 1, fault + ": no session has failed");
        }
    }
}
