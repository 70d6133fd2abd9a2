package dev.usher.server.it;

import dev.usher.server.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real web server with one certificate, HTTP/1.1 and HTTP/2: {@code GET /files/NAME}, {@code PUT /files/NAME}, and
 * {@code GET /who}, which answers with the name of the certificate. One process, so that a signal stops all of it.
 */
final class Nginx implements AutoCloseable {
    private final Path prefix = Program.directory("nginx");
    private final int port;
    private final Program program;

    Nginx(Certificates.Leaf leaf, String... more) throws Exception {
        this.port = Ports.free();
        Files.createDirectories(prefix.resolve("files"));
        configure(prefix, http(leaf, String.join("\n", more)));
        this.program = start("nginx-" + leaf.domain(), prefix, port);
    }

    /** Starts one with {@code nginx.conf} in a directory, and waits until it listens at the port that stands there. */
    static Program start(String name, Path prefix, int port) throws Exception {
        return Ports.taken(port, start(name, prefix));
    }

    /** An nginx with the file nginx.conf of this directory. */
    static Program start(String name, Path prefix) throws Exception {
        return Program.start(
                name,
                List.of(
                        Program.require("nginx"),
                        "-p",
                        prefix.toString(),
                        "-c",
                        prefix.resolve("nginx.conf").toString(),
                        "-e",
                        "stderr"));
    }

    /** Writes an {@code nginx.conf} of one process, with these lines in its {@code http}. */
    static void configure(Path prefix, String http) throws IOException {
        configure(prefix, "stderr", http);
    }

    /** @param errors where and what nginx logs, such as {@code stderr info} */
    static void configure(Path prefix, String errors, String http) throws IOException {
        Files.createDirectories(prefix.resolve("temp"));
        Files.writeString(prefix.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                error_log %2$s;
                events { worker_connections 4096; }
                http {
                    client_body_temp_path %1$s/temp;
                    proxy_temp_path %1$s/temp;
                    fastcgi_temp_path %1$s/temp;
                    uwsgi_temp_path %1$s/temp;
                    scgi_temp_path %1$s/temp;
                    %3$s
                }
                """.formatted(prefix, errors, http));
    }

    private String http(Certificates.Leaf leaf, String more) {
        return """
                access_log off;
                client_max_body_size 0;
                keepalive_timeout 60s;
                sendfile on;
                server {
                    listen 127.0.0.1:%2$d ssl http2;
                    server_name %3$s;
                    ssl_certificate %4$s;
                    ssl_certificate_key %5$s;
                    ssl_protocols TLSv1.2 TLSv1.3;
                    ssl_session_cache shared:SSL:1m;
                    %6$s
                    location = /who { default_type text/plain; return 200 "%3$s\\n"; }
                    location /files/ { root %1$s; dav_methods PUT; create_full_put_path on; }
                }
                """.formatted(prefix, port, leaf.domain(), leaf.chainFile(), leaf.keyFile(), more);
    }

    int port() {
        return port;
    }

    /** The file behind {@code /files/NAME}, to be put there before it is fetched, or read after it was sent. */
    Path file(String name) {
        return prefix.resolve("files").resolve(name);
    }

    /** Stops the process: the kernel still takes connections for it, and nobody answers. */
    void freeze() throws Exception {
        program.signal("STOP");
    }

    /** Ends what {@link #freeze} began. */
    void goOn() throws Exception {
        program.signal("CONT");
    }

    @Override
    public void close() {
        program.process().destroyForcibly(); // also while it is frozen
        program.close();
    }
}
