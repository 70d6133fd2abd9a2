package dev.usher.server;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.background.Background;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.loop.Network;
import dev.usher.relay.SessionLog;
import dev.usher.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions through a load balancer of no use, on loopback: the first sessions of a JVM load and compile the data path,
 * which takes a second on a busy machine, and clients of a predecessor are used to milliseconds.
 */
final class WarmUp {
    /** The first compiler takes a method after 200 calls, the second after some thousands. */
    private static final int SESSIONS = 3000;
    /** The predecessor serves meanwhile: a slow machine costs time and no client. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final int CLIENT_MILLIS = 1000;
    private static final String NAME = "warm-up";
    private static final byte[] ANSWER = new byte[1024];

    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

    private WarmUp() {}

    /** Returns the number of sessions on this transport. A failure is of no consequence. */
    static int run(Transport transport) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        int done = 0;
        try (ServerSocket backend = new ServerSocket(0, SESSIONS, loopback);
                LoadBalancer balancer = LoadBalancer.start(config(backend.getLocalPort()), environment(transport))) {
            Thread.ofPlatform().daemon().name(NAME).start(() -> answer(backend));
            InetSocketAddress address =
                    balancer.looks().addresses().values().iterator().next().getFirst();
            byte[] hello = hello();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (done < SESSIONS && System.nanoTime() - deadline < 0) {
                visit(address, hello);
                done++;
            }
        } catch (IOException | RuntimeException e) {
            log.debug("no warm-up", e);
        }
        return done;
    }

    private static Environment environment(Transport transport) throws IOException {
        return Environment.of(Network.of(transport), SessionLog.NONE, SESSIONS, new Background(Clock.SYSTEM));
    }

    private static UsherConfig config(int port) {
        PoolConfig pool = PoolConfig.of(NAME, List.of(BackendConfig.of(new HostPort("127.0.0.1", port))))
                .withHealthCheck(HealthCheckConfig.NONE);
        ListenerConfig listener = ListenerConfig.tls(NAME, List.of(new HostPort("127.0.0.1", 0)));
        return UsherConfig.of(List.of(listener), List.of(RouteConfig.of(NAME, NAME)), List.of(pool))
                .withWorkers(1)
                .withAdmin(AdminConfig.NONE);
    }

    private static void visit(SocketAddress address, byte[] hello) throws IOException {
        try (Socket client = new Socket()) {
            client.connect(address, CLIENT_MILLIS);
            client.setSoTimeout(CLIENT_MILLIS);
            client.getOutputStream().write(hello);
            if (client.getInputStream().readNBytes(ANSWER.length).length < ANSWER.length) {
                throw new IOException("a session of the warm-up has failed");
            }
        }
    }

    private static void answer(ServerSocket backend) {
        while (!backend.isClosed()) {
            try (Socket session = backend.accept()) {
                int first = session.getInputStream().read();
                if (first >= 0) {
                    session.getOutputStream().write(ANSWER);
                }
            } catch (IOException ended) {
                log.debug("a session of the warm-up has ended", ended);
            }
        }
    }

    /** A ClientHello of TLS 1.2 with a server name (RFC 5246 section 7.4.1.2, RFC 6066 section 3). */
    private static byte[] hello() {
        byte[] name = NAME.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = ByteBuffer.allocate(64 + name.length);
        body.putShort((short) 0x0303).put(new byte[32]).put((byte) 0); // version, random, no session
        body.putShort((short) 2).putShort((short) 0x1301).putShort((short) 0x0100); // a cipher, no compression
        body.putShort((short) (name.length + 9)); // extensions: a list of a name
        body.putShort((short) 0).putShort((short) (name.length + 5)).putShort((short) (name.length + 3));
        body.put((byte) 0).putShort((short) name.length).put(name).flip();
        int length = body.remaining();
        ByteBuffer record = ByteBuffer.allocate(9 + length);
        record.put((byte) 22).putShort((short) 0x0301).putShort((short) (4 + length));
        record.putInt(1 << 24 | length).put(body);
        return record.array();
    }
}
