package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Needs;
import dev.usher.testing.TestBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** usher as the first process of a container: of a namespace of processes, which ends with its first. */
@Timeout(180)
@Tag("slow")
class ContainerIT {
    private static final List<String> CONTAINER = List.of("unshare", "--pid", "--fork", "--mount-proc");

    @TempDir
    private Path directory = Path.of("");

    private static boolean namespaces() throws Exception {
        List<String> command = new ArrayList<>(CONTAINER);
        command.addAll(List.of("nsenter", "--version"));
        try (Program unshare = Program.start(Map.of(), command)) {
            return unshare.exitCode() == 0;
        } catch (UncheckedIOException absent) {
            return false;
        }
    }

    private Program start(List<String> before, String... arguments) {
        List<String> command = new ArrayList<>(before);
        command.addAll(Product.command(arguments));
        return Program.start(
                Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString()), command);
    }

    private Path write(TestBackend backend, String more) throws IOException {
        return Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { in: { type: tcp, bind: "127.0.0.1:0", pool: "%s" } }
                admin: none
                reload: { watch: false }
                shutdown: { drain: 50s }
                """.formatted(backend.name()) + more);
    }

    @Test
    void theFirstProcessReloadsAndDrainsAndIsNotReplaced() throws Exception {
        Needs.that(Needs.isRoot() && namespaces(), "root, unshare and nsenter");
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO)) {
            String file = write(backend, "").toString();
            try (Program container = start(CONTAINER, "run", file)) {
                container.err().await("is ready");
                ProcessHandle first = container.process().children().findFirst().orElseThrow();
                List<String> inside = List.of("nsenter", "--target", "" + first.pid(), "--pid", "--mount");
                write(backend, "routes: { www.example.com: 127.0.0.1:1 }\n");
                try (Program reload = start(inside, "reload")) {
                    assertEquals(0, reload.exitCode(), reload::all);
                    reload.out().await("applied: generation 2 is in force");
                }
                for (List<String> replace : List.of(List.of("upgrade", file), List.of("run", "--take-over", file))) {
                    try (Program refused = start(inside, replace.toArray(String[]::new))) {
                        assertEquals(1, refused.exitCode(), refused::all);
                        refused.err().await("the container ends with process 1: start a new container");
                    }
                }
                try (Program outside = start(List.of(), "status", "--pid", "" + first.pid())) {
                    assertEquals(1, outside.exitCode(), outside::all);
                    outside.err().await("process " + first.pid() + " is in a container: ask there");
                }
                drains(container, first);
            }
        }
    }

    private static void drains(Program container, ProcessHandle first) throws Exception {
        String port =
                container.awaitPrinted("listener in: tcp on 127.0.0.1:(\\d+)").group(1);
        try (Socket session = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
            session.getOutputStream().write(7);
            assertEquals(7, session.getInputStream().read());
            assertTrue(first.destroy());
            container.err().await("no new connections; 1 session may finish");
            session.getOutputStream().write(8);
            assertEquals(8, session.getInputStream().read());
        }
        assertEquals(0, container.exitCode(), container::all);
    }
}
