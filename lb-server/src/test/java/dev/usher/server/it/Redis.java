package dev.usher.server.it;

import dev.usher.server.Program;
import java.util.List;

/** A {@code redis-server} that keeps nothing on disk. */
final class Redis implements AutoCloseable {
    private final int port;
    private final Program program;

    Redis() throws Exception {
        this.port = Ports.free();
        this.program = Program.start(
                "redis",
                List.of(
                        Program.require("redis-server"),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--dir",
                        Program.directory("redis-data").toString()));
        program.awaitPrinted("(?i)ready to accept connections");
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        program.close();
    }
}
