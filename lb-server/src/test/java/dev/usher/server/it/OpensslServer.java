package dev.usher.server.it;

import dev.usher.server.Program;
import java.util.ArrayList;
import java.util.List;

/** {@code openssl s_server} with one certificate; {@code -rev} sends each line back reversed, {@code -www} a page. */
final class OpensslServer implements AutoCloseable {
    private final int port;
    private final Program program;

    OpensslServer(Certificates.Leaf leaf, String... options) throws Exception {
        this.port = Ports.free();
        List<String> command = new ArrayList<>(List.of(
                Program.require("openssl"),
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                "-cert",
                leaf.chainFile().toString(),
                "-key",
                leaf.keyFile().toString()));
        command.addAll(List.of(options));
        this.program = Program.start("s_server-" + leaf.domain(), command);
        program.awaitPrinted("ACCEPT");
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        program.close();
    }
}
