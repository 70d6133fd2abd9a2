package dev.usher.server.systemd;

import dev.usher.server.Program;
import java.nio.file.Path;
import java.util.List;

/**
 * Plays systemd, which is not the first process of a test machine: binds a socket for datagrams, and prints each as a
 * line, after the microseconds of the monotonic clock at which it came. A JDK has no such sockets.
 */
final class StandInManager implements AutoCloseable {
    private static final String SCRIPT = """
            import socket, sys, time
            address = sys.argv[1]
            manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            manager.bind("\\0" + address[1:] if address.startswith("@") else address)
            print("bound", flush=True)
            while True:
                lines = manager.recv(4096).decode().split("\\n")
                print(time.monotonic_ns() // 1000, *lines, sep=" | ", flush=True)
            """;

    private final Program program;

    /** @param address a path, or a name in the abstract namespace after an {@code @} */
    StandInManager(String address) {
        program = Program.start("manager", List.of(Program.require("python3"), "-c", SCRIPT, address));
        program.out().await("bound");
    }

    static StandInManager at(Path socket) {
        return new StandInManager(socket.toString());
    }

    /** The first datagram with this part, once it has come. */
    String await(String part) {
        return program.out().await(part);
    }

    /** Every datagram so far. */
    List<String> all() {
        return program.out().text().lines().skip(1).toList();
    }

    @Override
    public void close() {
        program.close();
    }
}
