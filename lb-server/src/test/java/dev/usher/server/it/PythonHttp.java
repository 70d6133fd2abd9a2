package dev.usher.server.it;

import dev.usher.server.Program;
import java.nio.file.Path;
import java.util.List;

/** {@code python3 -m http.server}: HTTP/1.0, one connection for each file. */
final class PythonHttp implements AutoCloseable {
    private final Path directory = Program.directory("python-files");
    private final int port;
    private final Program program;

    PythonHttp() throws Exception {
        this.port = Ports.free();
        this.program = Program.start(
                "python",
                List.of(
                        Program.require("python3"),
                        "-u",
                        "-m",
                        "http.server",
                        "--bind",
                        "127.0.0.1",
                        "--directory",
                        directory.toString(),
                        Integer.toString(port)));
        program.awaitPrinted("Serving HTTP");
    }

    int port() {
        return port;
    }

    /** A file that it serves as {@code /NAME}. */
    Path file(String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() {
        program.close();
    }
}
