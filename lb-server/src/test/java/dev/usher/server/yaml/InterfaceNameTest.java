package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfaceNameTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void isRefusedAtItsPlaceWithAnAddressToWrite() throws IOException {
        String loopback = Objects.requireNonNull(NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1")))
                .getName();
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { https: { bind: [":444", "%s:443"] } }
                routes: { a.example: 10.0.0.1:443 }
                """.formatted(loopback));
        Diagnostic fault = assertInstanceOf(ConfigResult.Invalid.class, ConfigFile.read(file))
                .diagnostics()
                .getFirst();
        assertEquals(
                "listeners.https.bind: " + loopback
                        + " is an interface of this machine, and addresses are wanted: write 127.0.0.1:443",
                fault.message());
        assertEquals(38, fault.column());
    }

    @Test
    void isNoAddressAndNoHost() {
        for (String text : new String[] {":443", "127.0.0.1:443", "[::1]:443", "localhost:443", "no-such-name:443"}) {
            assertNull(InterfaceName.fault(HostPort.parseBind(text)), text);
        }
    }
}
