package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names of backends whose answers change while usher runs, by a file of hosts that the JVM asks in place of a resolver. */
class BackendNamesIT {
    private static final byte[] BYTES = Bodies.random(1000, 17);

    /** Sooner than the JVM by itself would ask anybody again: that is after half a minute. */
    @Test
    void aChangedAnswerIsFollowedAndAFailureIsNot() throws Exception {
        Path hosts = Program.directory("hosts").resolve("hosts");
        Files.writeString(hosts, "127.0.0.9 spare.test\n"); // where nobody listens
        int port = Ports.free();
        try (Backend backend = new Backend(Backend.ECHO);
                Program usher = Program.start("usher", command(hosts, port, backend, "1s"))) {
            usher.awaitPrinted("usher \\S+ is ready");
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            Files.writeString(hosts, "127.0.0.1 spare.test\n");
            usher.awaitPrinted(
                    "backend 127\\.0\\.0\\.9:\\d+ of pool only: draining: \\S+ no longer resolves to this address");
            Await.until(() -> isServed(address), "the new address serves");
            Files.writeString(hosts, "");
            usher.awaitPrinted("backend spare\\.test: its name no longer resolves; keeping \\[127\\.0\\.0\\.1\\]");
            try (Peer peer = Peer.connect(address)) {
                assertArrayEquals(BYTES, peer.send(BYTES).read(BYTES.length));
            }
        }
    }

    /** Long before the interval, since nobody serves in its place. */
    @Test
    void areAskedForSoonWhileTheyHaveNeverResolved() throws Exception {
        Path hosts = Program.directory("hosts").resolve("hosts");
        Files.writeString(hosts, "");
        int port = Ports.free();
        try (Backend backend = new Backend(Backend.ECHO);
                Program usher = Program.start("usher", command(hosts, port, backend, "1h"))) {
            usher.awaitPrinted("usher \\S+ is ready");
            usher.awaitPrinted("backend spare\\.test: its name does not resolve; it takes no sessions");
            Files.writeString(hosts, "127.0.0.1 spare.test\n");
            usher.awaitPrinted("backend spare\\.test: its name resolves, to \\[127\\.0\\.0\\.1\\]");
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            Await.until(() -> isServed(address), "it serves");
        }
    }

    private static boolean isServed(InetSocketAddress address) {
        try (Peer peer = Peer.connect(address)) {
            return peer.send(BYTES).read(BYTES.length).length == BYTES.length;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static List<String> command(Path hosts, int port, Backend backend, String interval) throws IOException {
        Path file = hosts.resolveSibling("usher.yaml");
        Files.writeString(file, """
                listeners: { test: { type: tcp, pool: only, bind: "127.0.0.1:%d" } }
                pools: { only: { backends: ["spare.test:%d"], resolve: { interval: %s }, health_check: none } }
                admin: none
                """.formatted(port, backend.address().getPort(), interval));
        List<String> command = Product.command("run", file.toString());
        command.add(1, "-Djdk.net.hosts.file=" + hosts);
        return command;
    }
}
