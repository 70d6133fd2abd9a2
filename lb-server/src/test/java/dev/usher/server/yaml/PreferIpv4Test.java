package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: java.net.preferIPv4Stack can still be set when a file has been read. Method: a JVM of its own reads a file that
 * uses all there is (an include, a reference to a file, a name to convert), sets the property and binds.
 */
class PreferIpv4Test {
    @TempDir
    @Nullable
    Path directory;

    @Test
    void canBeSetAfterTheFileWasRead() throws Exception {
        Path dir = Objects.requireNonNull(directory);
        Path file = dir.resolve("usher.yaml");
        Files.writeString(dir.resolve("port"), "443\n");
        Files.writeString(dir.resolve("more.yaml"), "routes: { bücher.example: \"10.0.0.1:${file:port}\" }");
        Files.writeString(file, "include: m*.yaml\nroutes: { a.example: \"[::1]:443\", b.example: localhost:443 }");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reader.class.getName(),
                        file.toString()))
                .redirectErrorStream(true)
                .start();
        assertEquals("/0.0.0.0", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, process.waitFor());
    }

    /** The other JVM's program. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] args) throws IOException {
            if (!(ConfigFile.read(Path.of(args[0])) instanceof ConfigResult.Valid)) {
                throw new IllegalStateException("the file is not valid");
            }
            System.setProperty("java.net.preferIPv4Stack", "true");
            try (ServerSocketChannel channel = ServerSocketChannel.open()) {
                channel.bind(new InetSocketAddress(0));
                System.out.print(((InetSocketAddress) channel.getLocalAddress()).getAddress());
            }
        }
    }
}
