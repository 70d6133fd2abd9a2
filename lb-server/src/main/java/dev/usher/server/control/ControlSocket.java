package dev.usher.server.control;

import dev.usher.admin.Control;
import dev.usher.admin.http.Caller;
import dev.usher.background.Background;
import dev.usher.background.Task;
import dev.usher.config.AdminConfig.Role;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the commands of this machine: a Unix domain socket of mode 0660. The kernel names the user at the other end.
 * The user of this process and root may do everything; the group may look, reload, confirm sources and drain. One thread
 * accepts; each client has a virtual thread, and none runs on a worker.
 */
public final class ControlSocket implements AutoCloseable {
    /** Each command takes milliseconds. A client above the limit waits in the kernel's queue. */
    private static final int MAX_CLIENTS = 32;

    /** The other places are for the owner and root, whom the group must not lock out. */
    private static final int MAX_GROUP_CLIENTS = 24;

    private static final int BACKLOG = 64;
    /** For reading a request and for writing an answer: the client is a program of this machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Room of {@code sockaddr_un}, less the zero at its end. */
    private static final int MAX_PATH_BYTES = 107;

    private static final String REMEDY = "commands are refused meanwhile; kill -HUP reloads, and the log has more";

    private static final String NOT_YOURS = "this is for the user that usher runs as, and for root";

    private static final Logger log = LoggerFactory.getLogger(ControlSocket.class);

    private final Path path;
    private final String version;
    private final Control control;
    private final Map<String, Conversation> conversations;
    private final Users users;
    private final ServerSocketChannel listening;
    private final Task task;
    private final Semaphore places = new Semaphore(MAX_CLIENTS);
    private final Semaphore groupPlaces = new Semaphore(MAX_GROUP_CLIENTS);

    private ControlSocket(
            Path path,
            String version,
            Control control,
            List<? extends Conversation> conversations,
            Users users,
            ServerSocketChannel listening,
            Background background) {
        this.path = path;
        this.version = version;
        this.control = control;
        this.conversations =
                conversations.stream().collect(Collectors.toUnmodifiableMap(Conversation::path, each -> each));
        this.users = users;
        this.listening = listening;
        this.task = background.task("control socket", REMEDY, PATIENCE);
    }

    /** True if the socket's path is short enough for the kernel, also its temporary path. */
    public static boolean fits(Path path) {
        return aside(path).resolve("s").toString().getBytes(StandardCharsets.UTF_8).length <= MAX_PATH_BYTES;
    }

    private static Path aside(Path path) {
        return path.resolveSibling("." + path.getFileName());
    }

    /**
     * Listens, and answers from now on.
     *
     * @param path in a directory that no other user can write to; an old socket there belongs to a dead process
     * @param version of this usher
     * @param background reports the failures of the thread that accepts
     */
    public static ControlSocket open(
            Path path,
            String version,
            Control control,
            List<? extends Conversation> conversations,
            Background background)
            throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            bind(listening, path);
            ControlSocket socket =
                    new ControlSocket(path, version, control, conversations, new Users(path), listening, background);
            Thread.ofPlatform().daemon().name("control").start(() -> socket.task.whole(socket::accept));
            return socket;
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
    }

    /**
     * Sets the mode in a directory open to the owner alone, then moves the socket to its place: no client connects in
     * between.
     */
    private static void bind(ServerSocketChannel listening, Path path) throws IOException {
        Path aside = aside(path);
        Path made = aside.resolve("s");
        Files.deleteIfExists(made);
        Files.deleteIfExists(aside);
        Files.createDirectory(
                aside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            listening.bind(UnixDomainSocketAddress.of(made), BACKLOG);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-rw----"));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(made);
            Files.deleteIfExists(aside);
        }
    }

    // ---- on the thread that accepts ----

    private void accept() {
        while (listening.isOpen()) {
            try {
                places.acquire();
                SocketChannel client = listening.accept();
                task.works();
                Thread.ofVirtual().name("control-client").start(() -> serve(client));
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException e) {
                places.release();
                task.failed(path + " takes nobody in: " + e.getMessage());
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Time for used-up descriptors to become free. */
    private static void pause() {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- on a client's thread ----

    private void serve(SocketChannel client) {
        try (client) {
            UnixDomainPrincipal peer = client.getOption(ExtendedSocketOptions.SO_PEERCRED);
            Role role = users.role(peer.user());
            if (role == Role.ADMIN) {
                converse(client, peer.user(), role);
            } else if (groupPlaces.tryAcquire()) {
                try {
                    converse(client, peer.user(), role);
                } finally {
                    groupPlaces.release();
                }
            }
        } catch (IOException left) {
            log.debug("a client of the control socket left", left);
        } finally {
            places.release();
        }
    }

    private void hello(SocketChannel client, Role role) throws IOException {
        Protocol.Hello hello = new Protocol.Hello(
                version,
                Protocol.VERSION,
                ProcessHandle.current().pid(),
                role == Role.ADMIN ? "all" : "look, reload, drain");
        write(client, Protocol.line(hello));
    }

    private void converse(SocketChannel client, UserPrincipal user, Role role) throws IOException {
        hello(client, role);
        Protocol.Reader reader = new Protocol.Reader(client);
        while (true) {
            byte[] line;
            try (ChannelDeadline _ = ChannelDeadline.of(client, PATIENCE)) {
                line = reader.line();
            }
            if (line == null) {
                return;
            }
            Protocol.Whole request = Protocol.read(line, Protocol.Request.class).whole();
            Caller caller = Caller.local(role, isAct(request) ? Users.text(user) : user.getName());
            Conversation conversation = conversations.get(request.path());
            if (conversation == null) {
                answer(client, answered(caller, request));
            } else if (role == Role.ADMIN) {
                conversation.hold(new Conversation.Visitor(client, reader, caller, users.isSelf(user), request.body()));
                return;
            } else {
                answer(client, new Control.Reply(403, Protocol.text(new TakeOver.Step(NOT_YOURS))));
            }
        }
    }

    /**
     * Only changes go into the event log. A look must cost no more than its answer, so its user's number is not looked
     * up.
     */
    private static boolean isAct(Protocol.Whole request) {
        return !request.method().equals("GET");
    }

    private Control.Reply answered(Caller caller, Protocol.Whole request) {
        return control.answer(
                caller, request.method(), request.path(), request.body().getBytes(StandardCharsets.UTF_8));
    }

    static void answer(SocketChannel client, Control.Reply reply) throws IOException {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        write(client, Protocol.line(new Protocol.Answer(reply.status(), body.length)));
        write(client, ByteBuffer.wrap(body));
    }

    private static void write(SocketChannel client, ByteBuffer bytes) throws IOException {
        try (ChannelDeadline _ = ChannelDeadline.of(client, PATIENCE)) {
            Protocol.write(client, bytes);
        }
    }

    /** Takes no more commands, and removes the socket. */
    @Override
    public void close() {
        try {
            listening.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            log.debug("a control socket stays", e);
        }
    }
}
