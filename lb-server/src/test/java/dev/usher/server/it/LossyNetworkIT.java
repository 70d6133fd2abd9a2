package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.server.it.EchoClients.Visit;
import dev.usher.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network that loses packets on both sides of usher, and carries few bytes a second: sessions are slow, and none is lost. */
@Tag("slow")
@Timeout(180)
class LossyNetworkIT {
    private static final int VISITS = 80;
    private static final int AT_ONCE = 20;
    private static final int BYTES = 100_000;
    private static final Duration CUT = Duration.ofSeconds(2);

    private final Parts parts = new Parts();
    private NetworkNamespace network;

    @BeforeEach
    void start() throws Exception {
        Program.require("nft");
        Program.require("tc");
        network = parts.add(NetworkNamespace.make("lossy"));
        network.run("ip", "link", "set", "lo", "mtu", "1500");
        network.run(
                "tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "50mbit", "burst", "64kb", "limit", "256kb");
        network.run("nft", "add table inet faults; add chain inet faults in { type filter hook input priority 0; }");
    }

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private void lose(String which) throws Exception {
        network.run("nft", "flush chain inet faults in; add rule inet faults in meta l4proto tcp " + which);
    }

    private int lost() throws Exception {
        Matcher counter =
                Pattern.compile("packets (\\d+)").matcher(network.run("nft", "list", "table", "inet", "faults"));
        return counter.find() ? Integer.parseInt(counter.group(1)) : 0;
    }

    private Usher usher(Backend echo) throws Exception {
        return parts.add(Usher.within(
                network.wrapper(), Map.of(), Program.directory("log").resolve("access.log"), """
                routes: { %s: "%s" }
                defaults: { health_check: none, retries: 0, timeouts: { connect: 20s, connect_total: 20s, first_byte: 20s } }
                """.formatted(
                                EchoClients.NAME, echo.hostPort())));
    }

    @Test
    void aLossyNetworkLosesNoSession() throws Exception {
        network.call(() -> {
            Usher usher = usher(parts.add(new Backend(Backend.ECHO)));
            Books books = new Books(usher.log(), parts.add(new AdminSide(usher)));
            lose("numgen random mod 100 < 2 counter drop");
            List<Visit> visits = EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES);
            int lost = lost();
            lose("accept");
            books.balance(visits, Set.of());
            Figures.note("LossyNetworkIT: %d packets lost, %d sessions, the slowest took %d ms"
                    .formatted(
                            lost,
                            VISITS,
                            visits.stream().mapToLong(Visit::nanos).max().orElse(0) / 1_000_000));
            assertTrue(lost > VISITS, lost + " packets lost");
            return null;
        });
    }

    /** A cable that is pulled and put back: sessions wait, and go on. */
    @Test
    void aCutOfTheNetworkIsWaitedOut() throws Exception {
        network.call(() -> {
            Usher usher = usher(parts.add(new Backend(Backend.ECHO)));
            Books books = new Books(usher.log(), parts.add(new AdminSide(usher)));
            FutureTask<List<Visit>> visits =
                    new FutureTask<>(() -> EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES));
            Thread.ofPlatform().daemon().start(visits);
            Await.process(() -> !usher.log().all().isEmpty(), "the first session has ended");
            lose("counter drop");
            Await.pass(CUT);
            int lost = lost();
            lose("accept");
            books.balance(visits.get(), Set.of());
            assertTrue(lost > 0, "no packet was lost");
            return null;
        });
    }
}
