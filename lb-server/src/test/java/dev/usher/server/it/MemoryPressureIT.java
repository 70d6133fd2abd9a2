package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.server.it.EchoClients.Visit;
import dev.usher.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel has little memory for usher's sockets: sessions are slow, and right. */
@Tag("slow")
@Timeout(120)
class MemoryPressureIT {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup/memory");
    private static final int LIMIT_BYTES = 1 << 20;
    private static final int VISITS = 60;
    private static final int AT_ONCE = 20;
    private static final int BYTES = 1_000_000;

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "epoll+ring", "nio"})
    void littleMemoryForSocketsLosesNoByte(String transport) throws Exception {
        Needs.root();
        if (!Files.exists(GROUPS.resolve("memory.kmem.tcp.limit_in_bytes"))) {
            System.err.println("SKIPPED: only version 1 of control groups has a limit for the memory of sockets");
            Assumptions.abort("no limit for the memory of sockets");
        }
        Path group = Files.createDirectory(
                GROUPS.resolve("usher-" + ProcessHandle.current().pid() + "-" + transport));
        try {
            Files.writeString(group.resolve("memory.kmem.tcp.limit_in_bytes"), Integer.toString(LIMIT_BYTES));
            serves(group, transport);
        } finally {
            Files.delete(group);
        }
    }

    private static void serves(Path group, String transport) throws Exception {
        List<String> wrapper = List.of("sh", "-c", "echo $$ >%s/cgroup.procs && exec \"$@\"".formatted(group), "sh");
        Path access = Program.directory("log").resolve("access.log");
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = Usher.within(
                        wrapper, Map.of(), access, """
                        routes: { %s: "%s" }
                        defaults: { health_check: none }
                        transport: %s
                        """.formatted(EchoClients.NAME, echo.hostPort(), transport));
                AdminSide admin = new AdminSide(usher)) {
            List<Visit> visits = EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES);
            new Books(usher.log(), admin).balance(visits, Set.of());
            int most = Integer.parseInt(Files.readString(group.resolve("memory.kmem.tcp.max_usage_in_bytes"))
                    .strip());
            Figures.note("MemoryPressureIT: %s: sockets had %d of %d bytes, the slowest of %d sessions took %d ms"
                    .formatted(
                            transport,
                            most,
                            LIMIT_BYTES,
                            VISITS,
                            visits.stream().mapToLong(Visit::nanos).max().orElse(0) / 1_000_000));
            assertTrue(most > LIMIT_BYTES / 10 * 9, "memory was never short: " + most);
        }
    }
}
