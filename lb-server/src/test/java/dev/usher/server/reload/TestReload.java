package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.event.Event;
import dev.usher.relay.SessionLog;
import dev.usher.reload.Reload;
import dev.usher.reload.Reload.Result;
import dev.usher.reload.Reload.Trigger;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A load balancer that serves by a real file, with all that follows the file. */
final class TestReload implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final LoadBalancer balancer;
    private final Reloader reloader;
    private final BlockingQueue<Reload> reloads = new LinkedBlockingQueue<>();

    private TestReload(LoadBalancer balancer, Reloader reloader) {
        this.balancer = balancer;
        this.reloader = reloader;
        reloader.tell(reloads::add);
    }

    /** Serves by the file. It is not watched before {@link #watch}. */
    static TestReload of(Path file) throws IOException {
        ConfigResult.Valid valid = assertInstanceOf(ConfigResult.Valid.class, ConfigFile.read(file));
        LoadBalancer balancer = LoadBalancer.start(valid.config(), Environment.of(SessionLog.NONE, Integer.MAX_VALUE));
        return new TestReload(balancer, new Reloader(file, valid, balancer));
    }

    TestReload watch() {
        reloader.start();
        return this;
    }

    LoadBalancer balancer() {
        return balancer;
    }

    Reloader reloader() {
        return reloader;
    }

    /** As by a signal, but waited for. */
    Reload reload() {
        return reloader.reload(Trigger.SIGNAL, "SIGHUP");
    }

    Reload reload(Result expected) {
        Reload reload = reload();
        assertEquals(expected, reload.result(), reload.toString());
        return reload;
    }

    /** The next attempt, which somebody else makes. */
    Reload next() throws InterruptedException {
        Reload reload = reloads.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (reload == null) {
            throw new AssertionError("nobody noticed the change");
        }
        return reload;
    }

    Reload next(Result expected) throws InterruptedException {
        Reload reload = next();
        assertEquals(expected, reload.result(), reload.toString());
        return reload;
    }

    long events(Event.Kind kind) {
        return balancer.looks().events().stream()
                .filter(event -> event.kind() == kind)
                .count();
    }

    /** A client that has sent its hello and has it back from an echoing backend. */
    static TestPeer greeted(int port) throws IOException {
        TestPeer client = connect(port).send(TestUsher.hello());
        client.read(TestUsher.helloBytes());
        return client;
    }

    static TestPeer connect(int port) throws IOException {
        return TestPeer.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    @Override
    public void close() {
        reloader.close();
        balancer.close();
    }
}
