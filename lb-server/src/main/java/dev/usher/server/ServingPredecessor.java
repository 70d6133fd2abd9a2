package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.config.Units;
import dev.usher.descriptor.ClosedOnTheWayException;
import dev.usher.descriptor.GivenSockets;
import dev.usher.pool.BackendOrder;
import dev.usher.server.control.ControlClient;
import dev.usher.server.control.TakeOverClient;
import dev.usher.server.reload.RunDirectory;
import dev.usher.server.reload.RunningUsher;
import dev.usher.view.PoolView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A serving process with the same file, for {@code usher run --take-over}. The process passes its listening sockets
 * to this process, serves until this process does, and then drains. Where sockets cannot be passed, this process opens
 * new sockets beside ({@code SO_REUSEPORT}).
 */
final class ServingPredecessor implements Predecessor {
    /** Time for first probes. Later verdicts count as after any start. */
    private static final Duration TO_PROBE = Duration.ofSeconds(10);

    private static final Path MIGRATES = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");
    /** Set to false, makes usher open sockets beside. */
    private static final String PASS = "usher.pass_sockets";

    private static final Logger log = LoggerFactory.getLogger(ServingPredecessor.class);

    private final RunningUsher running;
    private final TakeOverClient client;
    private GivenSockets sockets = GivenSockets.NONE;
    private boolean beside;

    private ServingPredecessor(RunningUsher running, TakeOverClient client) {
        this.running = running;
        this.client = client;
    }

    /**
     * Finds the process, and begins the take-over.
     *
     * @param pid number of the process; null where a single process serves the file
     * @throws AdminFault if no process is found, or the process refuses
     */
    static ServingPredecessor of(Path file, @Nullable Long pid) throws AdminFault {
        FindRunning find = new FindRunning(file, pid);
        RunningUsher found = find.one("--pid");
        if (found == null) {
            throw find.nothingFound("start it without --take-over");
        }
        try {
            checkUser(found);
            ControlClient client = found.connect();
            try {
                return new ServingPredecessor(
                        found, TakeOverClient.begin(client, found.state().pid(), file, Version.number()));
            } catch (IOException e) {
                client.close();
                throw e;
            }
        } catch (IOException e) {
            throw new AdminFault("process " + found.state().pid() + " is not taken over: " + e.getMessage());
        }
    }

    /** A process of root could serve in the place of a user's, and should not. */
    private static void checkUser(RunningUsher found) throws IOException {
        boolean own = RunningUsher.own(new RunDirectory(System::getenv)).stream()
                .anyMatch(each -> each.state().pid() == found.state().pid());
        if (!own && !System.getProperty("user.name").equals(found.owner().getName())) {
            throw new IOException("it runs as user " + found.owner().getName()
                    + ": start the new one as that user, or use usher upgrade");
        }
    }

    /** Tells the command behind the upgrade. */
    void step(String text) {
        try {
            client.step(text);
        } catch (IOException e) {
            log.debug("a step was not told", e);
        }
    }

    /**
     * Gets the sockets, or decides to open new sockets beside.
     *
     * @throws IOException if the predecessor changes its sockets meanwhile, or has left: sockets beside would cost
     *     connections, and another upgrade costs none
     */
    Predecessor takeSockets() throws IOException {
        try {
            if (!Boolean.parseBoolean(System.getProperty(PASS, "true"))) {
                throw new IOException("turned off by -D" + PASS);
            }
            sockets = client.sockets();
            step("took over " + Units.counted(sockets.count(), "listening socket"));
        } catch (ClosedOnTheWayException e) {
            throw givenUp(e);
        } catch (IOException | LinkageError | IllegalCallerException e) { // the machine, or the JVM, refuses the calls
            openBeside(String.valueOf(e.getMessage()));
        }
        return this;
    }

    private IOException givenUp(IOException why) {
        String fault = "the listening sockets of process " + running.state().pid() + " change: " + why.getMessage();
        step(fault);
        close();
        return new IOException(fault, why);
    }

    private void openBeside(String why) throws IOException {
        String migrates = migrates();
        String text = "sockets cannot be passed on (" + why + "): opening others beside";
        try {
            client.step(text);
        } catch (IOException left) {
            close();
            throw new IOException(
                    "process " + running.state().pid() + " has left the take-over: " + why + "; try again", left);
        }
        beside = true;
        log.warn("{}; {}", text, migrates);
        step(migrates);
    }

    /** Fate of handshakes under way when the predecessor closes a socket, in words. */
    private static String migrates() {
        try {
            return Files.readString(MIGRATES).strip().equals("1")
                    ? "net.ipv4.tcp_migrate_req is 1: handshakes under way go over to the new sockets"
                    : "net.ipv4.tcp_migrate_req is 0: handshakes under way may be reset; sysctl -w net.ipv4.tcp_migrate_req=1 prevents that";
        } catch (IOException old) {
            return "the kernel has no net.ipv4.tcp_migrate_req: handshakes under way may be reset";
        }
    }

    @Override
    public boolean gives() {
        return beside;
    }

    @Override
    public boolean serves() {
        return true;
    }

    @Override
    public GivenSockets sockets() {
        return sockets;
    }

    @Override
    public void prepare(LoadBalancer balancer) throws InterruptedException {
        step(beside ? "the listeners open last" : "the listeners are open");
        step("warmed up by " + Units.counted(WarmUp.run(balancer.looks().transport()), "session"));
        balancer.awaitVerdicts(TO_PROBE);
        List<PoolView> pools = balancer.looks().pools();
        long backends = pools.stream().mapToLong(pool -> pool.backends().size()).sum();
        long serving = pools.stream()
                .flatMap(pool -> pool.backends().stream())
                .filter(backend -> backend.state().serves())
                .count();
        step("probed: " + serving + " of " + Units.counted(backends, "backend") + " can take sessions");
        repeatOrders(balancer);
    }

    private void repeatOrders(LoadBalancer balancer) {
        try {
            List<BackendOrder> orders = client.orders();
            balancer.control().repeat(orders);
            if (!orders.isEmpty()) {
                step(Units.counted(orders.size(), "order") + " of people for backends stay in force");
            }
        } catch (IOException e) {
            log.warn("orders of people for backends are lost: {}", e.getMessage());
        }
    }

    @Override
    public void freeAdmin() throws IOException {
        if (beside) {
            client.freeAdmin();
        }
    }

    @Override
    public void leave(LoadBalancer balancer) throws IOException {
        try {
            client.serves(sockets.opened());
            log.info(
                    "taken over from process {}, which finishes its sessions",
                    running.state().pid());
        } catch (IOException e) {
            if (!running.hasEnded()) {
                throw new IOException(
                        "process " + running.state().pid() + " goes on serving: " + e.getMessage() + "; ending", e);
            }
            log.warn(
                    "process {} has ended before the take-over was over: serving without it",
                    running.state().pid());
        } finally {
            close();
        }
        balancer.settle();
    }

    @Override
    public void close() {
        client.close();
    }
}
