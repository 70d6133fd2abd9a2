package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys that only epoll has. A client, usher and a backend on a machine each; usher's machine is the gateway to the clients. */
@Tag("slow")
@Timeout(120)
class LinuxKeysIT {
    private static final String CLIENT = "198.51.100.7";
    private static final String CLIENT6 = "2001:db8:1::7";
    private static final int PATIENCE_MILLIS = 10_000;
    private static final byte[] HELLO = Hello.of("www.example.com");

    private final Parts parts = new Parts();
    /** Addresses of the peers of the backend, probes included. */
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    private final Queue<Peer> served = new ConcurrentLinkedQueue<>();
    private NetworkNamespace client;
    private NetworkNamespace usher;
    private NetworkNamespace backend;

    @BeforeEach
    void join() throws Exception {
        Program.require("setpriv");
        client = parts.add(NetworkNamespace.make("client"));
        usher = parts.add(NetworkNamespace.make("usher"));
        backend = parts.add(NetworkNamespace.make("backend"));
        NetworkNamespace.cable(client, "eth0", usher, "clients");
        NetworkNamespace.cable(backend, "eth0", usher, "backends");
        address(client, CLIENT + "/24", CLIENT6 + "/64", "eth0");
        address(usher, "198.51.100.1/24", "2001:db8:1::1/64", "clients");
        address(usher, "10.0.0.1/24", "fd00::1/64", "backends");
        address(backend, "10.0.0.11/24", "fd00::11/64", "eth0");
        backend.run("ip", "route", "add", "default", "via", "10.0.0.1");
        backend.run("ip", "-6", "route", "add", "default", "via", "fd00::1");
        for (String own : List.of("10.0.0.11", "fd00::11")) {
            parts.add(backend.call(() -> new Backend(new InetSocketAddress(InetAddress.ofLiteral(own), 443), peer -> {
                seen.add(peer.socket().getInetAddress().getHostAddress());
                peer.read(1);
                peer.send((byte) 1);
                served.add(peer);
                peer.in().transferTo(OutputStream.nullOutputStream());
            })));
        }
    }

    private static void address(NetworkNamespace machine, String ipv4, String ipv6, String device) throws Exception {
        machine.run("ip", "address", "add", ipv4, "dev", device);
        machine.run("ip", "-6", "address", "add", ipv6, "dev", device, "nodad");
    }

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    /** The answers of backends go to usher's sockets, by the rules of the documentation. */
    private void deliverAnswers(String ip, String iptables) throws Exception {
        usher.run("ip", ip, "route", "add", "local", "default", "dev", "lo", "table", "100");
        usher.run("ip", ip, "rule", "add", "fwmark", "1", "lookup", "100");
        usher.run(
                (iptables + " -t mangle -A PREROUTING -p tcp -m socket --transparent -j MARK --set-mark 1").split(" "));
    }

    private Program start(String without, String backend) throws Exception {
        return start(without, "transparent: true", backend);
    }

    private Program start(String without, String setting, String backend) throws Exception {
        Path directory = Program.directory("usher");
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { https: { bind: ["198.51.100.1:443", "[2001:db8:1::1]:443"], tcp_user_timeout: 1s } }
                routes: { www.example.com: web }
                pools: { web: { %s, backends: %s } }
                """.formatted(setting, backend));
        List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=" + without));
        command.addAll(Product.command("run", file.toString()));
        return parts.add(
                usher.start(Map.of("RUNTIME_DIRECTORY", directory.toString()), command.toArray(String[]::new)));
    }

    private static Socket connected(String from, String to) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(to), 443), PATIENCE_MILLIS);
        socket.getOutputStream().write(HELLO);
        return socket;
    }

    private int answer(String from, String to) throws Exception {
        return client.call(() -> {
            try (Socket socket = connected(from, to)) {
                return socket.getInputStream().read();
            }
        });
    }

    @Test
    void backendsSeeTheAddressOfTheClient() throws Exception {
        Program.require("iptables");
        deliverAnswers("-4", "iptables");
        Program running = start("-net_admin", "\"10.0.0.11:443\""); // CAP_NET_RAW alone will do
        running.err().await("is ready");
        assertEquals(1, answer(CLIENT, "198.51.100.1"));
        assertTrue(seen.contains(CLIENT), () -> seen.toString());
    }

    @Test
    void aRuleByTheDeviceWillDoToo() throws Exception {
        usher.run("ip", "-6", "route", "add", "local", "default", "dev", "lo", "table", "100");
        usher.run("ip -6 rule add iif backends ipproto tcp sport 443 lookup 100".split(" "));
        Program running = start("-net_admin", "\"[fd00::11]:443\"");
        running.err().await("is ready");
        assertEquals(1, answer(CLIENT6, "2001:db8:1::1"));
        assertTrue(seen.contains(InetAddress.ofLiteral(CLIENT6).getHostAddress()), () -> seen.toString());
    }

    @Test
    void clientOfTheOtherFamilyIsRefusedWithoutBlame() throws Exception {
        Program running = start("-net_admin", "\"10.0.0.11:443\"");
        running.err().await("is ready");
        assertEquals(0x15, answer(CLIENT6, "2001:db8:1::1"), "an alert");
        running.out().await("out_of_sockets");
        assertTrue(seen.stream().noneMatch(CLIENT6::equals), () -> seen.toString());
    }

    @Test
    void clientThatIsGoneIsGivenUpOnceBytesWaitForIt() throws Exception {
        Program running = start("-net_admin", "retries: 0", "\"10.0.0.11:443\"");
        running.err().await("is ready");
        try (Socket cutOff = client.call(() -> connected(CLIENT, "198.51.100.1"))) {
            assertEquals(1, cutOff.getInputStream().read());
            client.run("ip", "link", "set", "eth0", "down");
            Await.process(() -> !served.isEmpty(), "the backend has its client");
            served.remove().send((byte) 2);
            running.out().await("client_reset");
        }
    }

    @Test
    void startWithoutTheCapabilityFailsAndSaysWhatToDo() throws Exception {
        Program refused = start("-net_admin,-net_raw", "\"10.0.0.11:443\"");
        assertEquals(1, refused.exitCode());
        String said = refused.err().text();
        assertTrue(
                said.contains("usher.yaml:3:30: warning: pools.web.transparent: needs the capability CAP_NET_RAW"),
                said);
        assertTrue(
                said.contains(
                        "pools.web.transparent is not possible: Operation not permitted; give usher the capability CAP_NET_RAW"),
                said);
    }
}
