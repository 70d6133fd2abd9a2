package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The files of deploy/keepalived and deploy/bird, run by the real programs: a process and a machine are lost. */
@Tag("slow")
@Timeout(240)
class FailoverIT {
    private static final Duration MOST = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CLIENTS = 20;

    private final Parts parts = new Parts();
    private Pair pair;

    @BeforeEach
    void start() throws Exception {
        Program.require("keepalived");
        Program.require("bird");
        Program.require("curl");
        pair = new Pair(parts);
        pair.machines().forEach(Pair.Machine::awaitReady);
    }

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private void measure(String engine, String what, String address, Pair.Loss loss) throws Exception {
        Pair.Outage outage = pair.outage(address, loss);
        System.out.printf(
                Locale.ROOT,
                "FAILOVER: %s, %s: %d attempts failed within %d ms%n",
                engine,
                what,
                outage.failed(),
                outage.lasted().toMillis());
        assertTrue(outage.lasted().compareTo(MOST) < 0, () -> engine + ", " + what + ": " + outage);
    }

    @Test
    void bothMachinesSendAClientToTheSameBackend() throws Exception {
        Set<Integer> backends = new HashSet<>();
        for (int i = 0; i < CLIENTS; i++) {
            String client = "192.0.2." + (101 + i);
            pair.router().run("ip", "address", "add", client + "/24", "dev", "eth0");
            int backend = pair.backendOf(client, "192.0.2.11");
            assertEquals(backend, pair.backendOf(client, "192.0.2.12"), client);
            backends.add(backend);
        }
        assertEquals(Set.of(1, 2), backends);
    }

    // keepalived

    @Test
    void keepalivedMovesTheAddress() throws Exception {
        String address = "192.0.2.10";
        Map<Pair.Machine, Program> keepalived = new HashMap<>();
        for (Pair.Machine machine : pair.machines()) {
            keepalived.put(machine, parts.add(keepalived(machine)));
        }
        pair.backendOf(Pair.ROUTER, address);
        Pair.Machine first = holder(address);
        measure("keepalived", "a process killed", address, () -> first.signalUsher("KILL"));
        Pair.Machine second = holder(address);
        assertEquals(pair.otherThan(first), second);

        first.restartUsher();
        awaitBackup(keepalived.get(first));
        assertEquals(second, holder(address));
        measure("keepalived", "a process told to end", address, () -> second.signalUsher("TERM"));
        assertEquals(first, holder(address));

        second.restartUsher();
        awaitBackup(keepalived.get(second));
        measure("keepalived", "a machine cut off", address, () -> first.cutOff());
    }

    private static void awaitBackup(Program keepalived) {
        Await.process(
                () -> keepalived.all().lastIndexOf("Entering BACKUP STATE")
                        > keepalived.all().lastIndexOf("Entering FAULT STATE"),
                "keepalived has found usher ready again",
                PATIENCE);
    }

    private static Program keepalived(Pair.Machine machine) {
        Path directory = Program.directory("keepalived");
        return machine.namespace()
                .start(
                        Map.of(),
                        "keepalived",
                        "--dont-fork",
                        "--log-console",
                        "--log-detail",
                        "--no-syslog",
                        "--use-file=" + Product.file("deploy/keepalived/keepalived.conf"),
                        "--pid=" + directory.resolve("pid"),
                        "--vrrp_pid=" + directory.resolve("vrrp.pid"));
    }

    private Pair.Machine holder(String address) throws Exception {
        for (Pair.Machine machine : pair.machines()) {
            if (machine.namespace().run("ip", "-o", "address").contains(address + "/")) {
                return machine;
            }
        }
        throw new AssertionError("no machine has " + address);
    }

    // BIRD

    @Test
    void birdWithdrawsTheRoute() throws Exception {
        String address = "203.0.113.10";
        pair.router().run("sysctl", "-q", "-w", "net.ipv4.fib_multipath_hash_policy=1");
        bird(pair.router(), Files.readString(Product.file("deploy/bird/router.conf")));
        for (Pair.Machine machine : pair.machines()) {
            machine.namespace().run("ip", "address", "add", address + "/32", "dev", "lo");
            announce(machine, bird(machine.namespace(), conf(machine)));
        }
        Await.process(() -> ways(address) == 2, "the router knows two ways", PATIENCE);
        Pair.Machine first = pair.machines().getFirst();
        measure("bird", "a process killed", address, () -> first.signalUsher("KILL"));
        assertEquals(1, ways(address));

        first.restartUsher();
        Await.process(() -> ways(address) == 2, "the router knows two ways again", PATIENCE);
        measure("bird", "a process told to end", address, () -> first.signalUsher("TERM"));
        assertEquals(1, ways(address));

        first.restartUsher();
        Await.process(() -> ways(address) == 2, "the router knows two ways again", PATIENCE);
        measure(
                "bird",
                "a machine cut off",
                address,
                () -> pair.otherThan(first).cutOff());
        assertEquals(1, ways(address));
    }

    private static String conf(Pair.Machine machine) throws Exception {
        return Files.readString(Product.file("deploy/bird/bird.conf"))
                .replace("router id 192.0.2.11", "router id " + machine.address());
    }

    /** Starts BIRD; the directory with its control socket. */
    private Path bird(NetworkNamespace machine, String conf) throws Exception {
        Path directory = Program.directory("bird");
        Path file = Files.writeString(directory.resolve("bird.conf"), conf.replace("log syslog all", "log stderr all"));
        Path socket = directory.resolve("bird.ctl");
        parts.add(machine.start(
                Map.of(),
                "bird",
                "-f",
                "-c",
                file.toString(),
                "-s",
                socket.toString(),
                "-P",
                directory.resolve("pid").toString()));
        Await.process(() -> Files.exists(socket), "bird listens");
        return directory;
    }

    /** Where several BIRDs share the files of a machine, each has a socket of its own. */
    private void announce(Pair.Machine machine, Path directory) throws Exception {
        Path birdc = Files.writeString(
                directory.resolve("birdc"),
                "#!/bin/sh\nexec " + Program.require("birdc") + " -s " + directory.resolve("bird.ctl") + " \"$@\"\n");
        assertTrue(birdc.toFile().setExecutable(true));
        parts.add(machine.namespace()
                .start(
                        Map.of("PATH", directory + ":" + System.getenv("PATH")),
                        Product.file("deploy/bird/usher-announce").toString()));
    }

    private long ways(String address) throws Exception {
        String routes = pair.router().run("ip", "route", "show", address);
        return routes.lines().filter(line -> line.contains("via ")).count();
    }
}
