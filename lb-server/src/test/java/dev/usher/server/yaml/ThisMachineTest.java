package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThisMachineTest {
    @TempDir
    Path directory;

    private static boolean leads(ThisMachine machine, String target, String bind) {
        return machine.leadsTo(HostPort.parse(target), HostPort.parseBind(bind));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127.0.0.1:443          | :443           | true
            127.9.9.9:443          | 0.0.0.0:443    | true
            127.0.0.1:443          | [::]:443       | true
            [::1]:443              | [::]:443       | true
            [::1]:443              | 0.0.0.0:443    | false
            [::ffff:127.0.0.1]:443 | 0.0.0.0:443    | true
            127.0.0.1:443          | 127.0.0.1:443  | true
            127.0.0.1:443          | 127.0.0.2:443  | false
            127.0.0.1:443          | 127.0.0.1:444  | false
            0.0.0.0:443            | 127.0.0.1:443  | true
            [::]:443               | [::1]:443      | true
            localhost:443          | [::1]:443      | true
            127.0.0.1:443          | localhost:443  | true
            me.localhost:443       | :443           | true
            192.0.2.77:443         | :443           | false
            192.0.2.77:443         | 192.0.2.77:443 | true
            nobody.invalid:443     | :443           | false
            """)
    void leadsToAListenerOfItsOwn(String target, String bind, boolean leads) {
        assertEquals(leads, leads(new ThisMachine(), target, bind));
    }

    @Test
    void hasTheAddressesOfItsInterfaces() throws IOException {
        ThisMachine machine = new ThisMachine();
        List<InetAddress> all = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .toList();
        assertFalse(all.isEmpty());
        for (InetAddress address : all) {
            HostPort target = HostPort.of(address.getAddress(), 443);
            assertTrue(machine.leadsTo(target, HostPort.parseBind(":443")), target.toString());
        }
    }

    @Test
    void hasTheNamesOfItsHostsFileAndAsksNobodyElse() throws IOException {
        Path hosts = Files.writeString(directory.resolve("hosts"), """
                # 127.0.0.1 commented.test
                127.0.1.1\tthis.test alias.test  # me
                ::1 six.test
                192.0.2.9 other.test
                nonsense
                127.0.0.1 bad_*name fine.test
                """);
        ThisMachine machine = new ThisMachine(hosts);
        assertTrue(leads(machine, "this.test:443", ":443"));
        assertTrue(leads(machine, "ALIAS.test:443", ":443"));
        assertTrue(leads(machine, "six.test:443", "[::1]:443"));
        assertFalse(leads(machine, "other.test:443", ":443"));
        assertTrue(leads(machine, "other.test:443", "192.0.2.9:443"));
        assertFalse(leads(machine, "commented.test:443", ":443"));
    }

    @Test
    void knowsNoNamesWithoutAHostsFile() {
        assertFalse(leads(new ThisMachine(directory), "this.test:443", ":443"));
        assertFalse(leads(new ThisMachine(directory.resolve("none")), "this.test:443", ":443"));
    }
}
