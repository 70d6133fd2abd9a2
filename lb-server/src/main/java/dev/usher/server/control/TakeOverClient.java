package dev.usher.server.control;

import dev.usher.admin.Control;
import dev.usher.descriptor.ClosedOnTheWayException;
import dev.usher.descriptor.DescriptorMail;
import dev.usher.descriptor.GivenSockets;
import dev.usher.pool.BackendOrder;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The side of a new process in a {@link TakeOver}. One thread. */
public final class TakeOverClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final Logger log = LoggerFactory.getLogger(TakeOverClient.class);

    private final ControlClient client;
    private final long pid;

    private TakeOverClient(ControlClient client, long pid) {
        this.client = client;
        this.pid = pid;
    }

    /**
     * Begins the take-over.
     *
     * @param client to be closed with this
     * @param pid of the serving process
     * @param version of this program
     * @throws IOException with the reason of a refusal, for people
     */
    public static TakeOverClient begin(ControlClient client, long pid, Path file, String version) throws IOException {
        TakeOverClient begun = new TakeOverClient(client, pid);
        long self = ProcessHandle.current().pid();
        String path = file.toAbsolutePath().toString();
        TakeOver.Step _ = begun.ask(TakeOver.PATH, new TakeOver.Arrival(self, path, version), TakeOver.Step.class);
        return begun;
    }

    /** Tells the command behind the upgrade. */
    public void step(String text) throws IOException {
        client.tell(TakeOver.STEP, Protocol.text(new TakeOver.Step(text)));
    }

    /**
     * The sockets of the serving process. A second try follows where a socket is closed on the way.
     *
     * @throws ClosedOnTheWayException if a socket is closed on the way again
     * @throws IOException if the sockets cannot be passed here
     */
    public GivenSockets sockets() throws IOException {
        try {
            return passed();
        } catch (ClosedOnTheWayException e) {
            log.debug("a second try", e);
            return passed();
        }
    }

    private GivenSockets passed() throws IOException {
        TakeOver.Sockets there = ask(TakeOver.SOCKETS, null, TakeOver.Sockets.class);
        if (there.refusal() != null) {
            throw new IOException(there.refusal());
        }
        Set<SocketAddress> lasting = Place.addresses(there.lasting());
        if (there.count() == 0) {
            return GivenSockets.NONE;
        }
        client.tell(TakeOver.SEND, null);
        return GivenSockets.takenOver(DescriptorMail.receive(pid, there.count(), PATIENCE), lasting);
    }

    /** Makes the serving process free the address of its admin side. */
    public void freeAdmin() throws IOException {
        TakeOver.Step _ = ask(TakeOver.ADMIN, null, TakeOver.Step.class);
    }

    /** Orders of people for backends. */
    public List<BackendOrder> orders() throws IOException {
        List<BackendOrder> orders =
                ask(TakeOver.ORDERS, null, TakeOver.Orders.class).orders();
        return orders == null ? List.of() : orders;
    }

    /**
     * Says that this process accepts connections. From the return on the predecessor ends, and the service manager
     * hears this process.
     *
     * @param taken the addresses of the predecessor's sockets in use here
     */
    public void serves(Set<SocketAddress> taken) throws IOException {
        TakeOver.Step _ = ask(TakeOver.SERVES, new TakeOver.Serving(Place.of(taken)), TakeOver.Step.class);
        try {
            client.awaitEnd(PATIENCE);
        } catch (IOException e) { // the predecessor ends all the same
            log.debug("the service manager may not hear this process yet", e);
        }
    }

    private <T> T ask(String path, @Nullable Object body, Class<T> type) throws IOException {
        Control.Reply reply = client.ask("POST", path, body == null ? null : Protocol.text(body), PATIENCE);
        if (reply.status() != OK) {
            throw new IOException(ControlClient.detail(reply));
        }
        return Protocol.read(reply.body().getBytes(StandardCharsets.UTF_8), type);
    }

    @Override
    public void close() {
        client.close();
    }
}
