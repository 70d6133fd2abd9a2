package dev.usher.server.it;

import dev.usher.server.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real web server that can be killed, started again at its port, frozen, made to say that it is ill, and given another
 * certificate; it logs whom it takes for its client. {@code /health} is not logged.
 */
final class Web implements AutoCloseable {
    private final Path prefix = Program.directory("web");
    private final int port = Ports.free();
    private final String listen;
    private Program program;

    /** @param listen more words for its {@code listen}, as {@code proxy_protocol} */
    Web(Certificates.Leaf leaf, String listen) throws Exception {
        this.listen = listen;
        configure(leaf);
        program = Nginx.start("web", prefix, port);
    }

    private void configure(Certificates.Leaf leaf) throws IOException {
        Nginx.configure(prefix, """
                log_format who '$proxy_protocol_addr $proxy_protocol_port $ssl_server_name $status';
                access_log %1$s/access.log who;
                server {
                    listen 127.0.0.1:%2$d ssl %3$s;
                    ssl_certificate %4$s;
                    ssl_certificate_key %5$s;
                    ssl_protocols TLSv1.3; # a farewell needs no answer, which nginx would not read
                    location / { default_type text/plain; return 200 "here\\n"; }
                    location = /health {
                        access_log off;
                        if (-f %1$s/ill) { return 503; }
                        return 200 "well\\n";
                    }
                }
                """.formatted(prefix, port, listen, leaf.chainFile(), leaf.keyFile()));
    }

    String hostPort() {
        return "127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    /** Lines of its log: the client's address and port, the name that was asked for, the status. */
    List<String> log() throws IOException {
        Path file = prefix.resolve("access.log");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    void kill() throws Exception {
        program.signal("KILL");
        program.process().waitFor();
        program.close();
    }

    void restart() throws Exception {
        program = Nginx.start("web", prefix, port);
    }

    /** Shows another certificate from its next start on. */
    void show(Certificates.Leaf leaf) throws IOException {
        configure(leaf);
    }

    /** Answers {@code /health} with 503 from now on, and everything else as before; or with 200 again. */
    void ill(boolean ill) throws IOException {
        if (ill) {
            Files.createFile(prefix.resolve("ill"));
        } else {
            Files.delete(prefix.resolve("ill"));
        }
    }

    /** Requests that it has answered. */
    int answered() throws IOException {
        return log().size();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    void freeze() throws Exception {
        program.signal("STOP");
    }

    void thaw() throws Exception {
        program.signal("CONT");
    }

    @Override
    public void close() {
        program.process().destroyForcibly(); // also while it is frozen
        program.close();
    }
}
