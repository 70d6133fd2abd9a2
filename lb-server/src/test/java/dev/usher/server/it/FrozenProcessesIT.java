package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.usher.server.Program;
import dev.usher.server.it.EchoClients.Visit;
import dev.usher.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A process is stopped in the middle of sessions, and goes on later: a busy host, a debugger, a virtual machine that is moved. Time
 * that usher has slept through is no fault of its peers.
 */
@Tag("slow")
@Timeout(120)
class FrozenProcessesIT {
    private static final int VISITS = 120;
    private static final int AT_ONCE = 40;
    private static final int BYTES = 1_000_000;
    /** More than any of usher's time-outs here. */
    private static final Duration FROZEN = Duration.ofSeconds(3);

    private static final String ECHO = """
            import socket, threading
            def echo(client):
                with client:
                    while data := client.recv(65536):
                        client.sendall(data)
            listening = socket.create_server(("127.0.0.1", 0), backlog=1000)
            print("port", listening.getsockname()[1], flush=True)
            while True:
                threading.Thread(target=echo, args=(listening.accept()[0],), daemon=True).start()
            """;

    private final Parts parts = new Parts();

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private Program echo() {
        return parts.add(Program.start(Map.of(), List.of(Program.require("python3"), "-c", ECHO)));
    }

    private Usher usher(Program echo, String timeouts) throws Exception {
        return parts.add(
                Usher.within(List.of(), Map.of(), Program.directory("log").resolve("access.log"), """
                routes: { %s: "127.0.0.1:%s" }
                defaults:
                  health_check: { interval: 200ms, timeout: 1s }
                  retries: 0
                  timeouts: %s
                """.formatted(
                        EchoClients.NAME, echo.awaitPrinted("port (\\d+)").group(1), timeouts)));
    }

    /** Sessions of every phase, and clients that come meanwhile. */
    private void freezesInTheMiddle(Program frozen, Usher usher) throws Exception {
        Books books = new Books(usher.log(), parts.add(new AdminSide(usher)));
        FutureTask<List<Visit>> visits =
                new FutureTask<>(() -> EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES));
        Thread.ofPlatform().daemon().start(visits);
        Await.process(() -> !usher.log().all().isEmpty(), "the first session has ended");
        frozen.signal("STOP");
        Await.pass(FROZEN);
        frozen.signal("CONT");
        books.balance(visits.get(), Set.of());
        String said = usher.program().all();
        assertFalse(said.contains(": down") || said.contains("ejected"), said);
    }

    @Test
    void aStoppedUsherLosesNobody() throws Exception {
        Usher usher = usher(echo(), "{ connect: 1s, connect_total: 2s, first_byte: 1s, idle: 2s }");
        freezesInTheMiddle(usher.program(), usher);
    }

    /** Within the time that a backend has. */
    @Test
    void aStoppedBackendThatGoesOnLosesNobody() throws Exception {
        Program echo = echo();
        freezesInTheMiddle(echo, usher(echo, "{ connect: 10s, first_byte: 10s, idle: 10s }"));
    }
}
