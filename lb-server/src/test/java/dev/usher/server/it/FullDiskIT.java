package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.server.it.EchoClients.Seen;
import dev.usher.server.it.EchoClients.Visit;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A disk without room, or with faults, under the access log and the run directory: traffic goes on, usher says what is wrong, and
 * not a line is lost or torn once the disk is well.
 */
@Tag("slow")
@Timeout(120)
class FullDiskIT {
    private static final int DISK_BYTES = 1 << 20;
    /** Less than the lines of the visits take. */
    private static final int ROOM_BYTES = 32 << 10;

    private static final int VISITS = 300;
    private static final int AT_ONCE = 8;

    private final Parts parts = new Parts();
    private final Backend echo = parts.add(new Backend(Backend.ECHO));

    FullDiskIT() throws Exception {}

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    /** A mount namespace in which the directory is a small disk of its own. */
    private static List<String> onSmallDisk(Path directory) throws Exception {
        Needs.root();
        return List.of(
                Program.require("unshare"),
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=%d,mode=700 tmpfs %s && head -c %d /dev/zero >%2$s/filler; exec \"$@\""
                        .formatted(DISK_BYTES, directory, DISK_BYTES),
                "sh");
    }

    private Usher usher(List<String> wrapper, Map<String, String> environment, Path access) throws Exception {
        return parts.add(Usher.within(wrapper, environment, access, """
                routes: { %s: "%s" }
                defaults: { health_check: none }
                """.formatted(EchoClients.NAME, echo.hostPort())));
    }

    /** The directory as the process sees it. */
    private static Path seenBy(Usher usher, Path directory) {
        return Path.of("/proc/" + usher.program().pid() + "/root" + directory);
    }

    private static List<Visit> rightVisits(Usher usher) throws Exception {
        List<Visit> visits = EchoClients.visit(usher.address(), VISITS, AT_ONCE, 0);
        visits.forEach(visit -> assertEquals(Seen.RIGHT, visit.seen(), visit::toString));
        return visits;
    }

    private static void saysEverywhere(Usher usher, AdminSide admin, String fault) throws Exception {
        usher.program().awaitPrinted("access log: \\S+ cannot be written: " + fault);
        Await.process(() -> admin.text("/api/v1/status").contains(fault), "the status says " + fault);
        String metrics = admin.text("/metrics");
        assertTrue(metrics.contains("usher_background_failing{task=\"access log\"} 1"), metrics);
    }

    private static void isWellAgain(AdminSide admin) throws Exception {
        Await.process(
                () -> admin.text("/metrics").contains("usher_background_failing{task=\"access log\"} 0"),
                "all is well");
    }

    @Test
    void aFullDiskOfTheAccessLogLosesNoLine() throws Exception {
        Path disk = Program.directory("disk");
        Usher usher = usher(onSmallDisk(disk), Map.of(), disk.resolve("access.log"));
        AdminSide admin = parts.add(new AdminSide(usher));
        Path seen = seenBy(usher, disk);
        Files.write(seen.resolve("filler"), new byte[DISK_BYTES - ROOM_BYTES]);
        List<Visit> visits = rightVisits(usher);
        saysEverywhere(usher, admin, "No space left on device");
        Files.delete(seen.resolve("filler"));
        new Books(new AccessLines(seen.resolve("access.log")), admin).balance(visits, Set.of());
        isWellAgain(admin);
    }

    @Test
    void aFailingDiskOfTheAccessLogLosesNoLine() throws Exception {
        Usher usher = usher(List.of(), Map.of(), Program.directory("log").resolve("access.log"));
        AdminSide admin = parts.add(new AdminSide(usher));
        List<Visit> visits;
        try (CallFaults _ = CallFaults.inject(usher, "access-log", "write,pwrite64", "EIO", "1+1")) {
            visits = rightVisits(usher);
            saysEverywhere(usher, admin, "Input/output error");
        }
        new Books(usher.log(), admin).balance(visits, Set.of());
        isWellAgain(admin);
    }

    @Test
    void aFullRunDirectoryHoldsUpNoTraffic() throws Exception {
        Path disk = Program.directory("disk");
        Usher usher = usher(
                onSmallDisk(disk),
                Map.of("RUNTIME_DIRECTORY", disk.toString()),
                Program.directory("log").resolve("access.log"));
        AdminSide admin = parts.add(new AdminSide(usher));
        usher.program().awaitPrinted("usher commands may not find this process: .*No space left on device");
        new Books(usher.log(), admin).balance(rightVisits(usher), Set.of());
    }
}
