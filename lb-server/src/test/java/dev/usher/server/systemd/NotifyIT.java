package dev.usher.server.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.Program;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The life of usher, as a service of type {@code notify} tells it. */
@Timeout(120)
@Tag("slow")
class NotifyIT {
    @Test
    void systemdIsToldOfStartReloadsLifeAndEnd(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("usher.yaml"), config("20s"));
        Path socket = directory.resolve("notify");
        // a shell knows its own number before it becomes usher, as systemd knows the number of its child
        List<String> command = Product.command("run", file.toString());
        command.addAll(
                0,
                List.of(
                        "env",
                        "--default-signal=HUP",
                        "sh",
                        "-c",
                        "WATCHDOG_PID=$$; export WATCHDOG_PID; exec \"$@\"",
                        "sh"));
        Map<String, String> environment = Map.of(
                "NOTIFY_SOCKET",
                socket.toString(),
                "WATCHDOG_USEC",
                "1500000",
                "RUNTIME_DIRECTORY",
                "" + directory.resolve("run"));
        try (StandInManager systemd = StandInManager.at(socket);
                Program run = Program.start(environment, command)) {
            String ready = systemd.await("READY=1");
            assertTrue(ready.endsWith("STATUS=serving on 1 listener; 1 of 1 backend takes sessions"), ready);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port(run))) {
                assertTrue(client.isConnected());
            }
            systemd.await("WATCHDOG=1");

            run.signal("HUP");
            systemd.await("RELOADING=1");
            run.err().await("no changes");
            Files.writeString(file, "routes: no\n");
            systemd.await("; the last reload was refused, see the log");
            Files.writeString(file, config("21s"));
            run.err().await("generation 2 is in force");

            run.signal("TERM");
            systemd.await("STOPPING=1 | EXTEND_TIMEOUT_USEC=44000000 | STATUS=draining");
            assertEquals(0, run.exitCode());
            List<String> told = systemd.all();
            long reloads =
                    told.stream().filter(line -> line.contains("RELOADING=1")).count();
            assertEquals(
                    reloads + 1,
                    told.stream().filter(line -> line.contains("READY=1")).count(),
                    told::toString);
        }
    }

    /** The old main process names the new one, which is heard from then on. */
    @Test
    @Tag("slow")
    void systemdIsToldOfTheNewMainProcess(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("usher.yaml"), config("20s"));
        Path socket = directory.resolve("notify");
        Map<String, String> environment = Map.of(
                "NOTIFY_SOCKET",
                socket.toString(),
                "WATCHDOG_USEC",
                "1500000",
                "WATCHDOG_PID",
                "1",
                "RUNTIME_DIRECTORY",
                "" + directory.resolve("run"));
        try (StandInManager systemd = StandInManager.at(socket);
                Program run = Program.start(environment, Product.command("run", file.toString()))) {
            systemd.await("READY=1");
            try (Program upgrade = Program.start(environment, Product.command("upgrade", file.toString()))) {
                assertEquals(0, upgrade.exitCode(), upgrade::all);
                String pid = upgrade.awaitPrinted("started process (\\d+)").group(1);
                try {
                    systemd.await("WATCHDOG=1"); // of the new process: the number in WATCHDOG_PID was not the old one's
                    assertEquals(0, run.exitCode());
                    List<String> told = systemd.all().stream()
                            .filter(line -> !line.contains("WATCHDOG"))
                            .toList();
                    assertEquals(3, told.size(), told::toString);
                    assertTrue(told.get(1).endsWith("MAINPID=" + pid), told::toString);
                    assertTrue(told.get(2).contains("READY=1"), told::toString);
                } finally {
                    end(Long.parseLong(pid));
                }
            }
        }
    }

    /** Ends a process that has written to a directory of the test, and waits for its end. */
    private static void end(long pid) throws Exception {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process != null) {
            process.destroy();
            process.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    private static String config(String drain) {
        return """
                listeners: { in: { type: tcp, bind: "127.0.0.1:0", pool: p } }
                pools: { p: { backends: ["127.0.0.1:1"], health_check: { type: none } } }
                shutdown: { drain: %s }
                admin: none
                """.formatted(drain);
    }

    private static int port(Program run) {
        Matcher listens = run.awaitPrinted("listener in: tcp on 127\\.0\\.0\\.1:(\\d+)");
        return Integer.parseInt(listens.group(1));
    }
}
