package dev.usher.server.control;

import dev.usher.admin.Control;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Client of a running usher's control socket. One thread. */
public final class ControlClient implements AutoCloseable {
    /** A live process sends the hello at once. */
    private static final Duration HELLO_PATIENCE = Duration.ofSeconds(5);

    private final SocketChannel channel;
    private final Protocol.Reader reader;

    private ControlClient(SocketChannel channel) {
        this.channel = channel;
        this.reader = new Protocol.Reader(channel);
    }

    /**
     * Connects, and verifies the process at the other end.
     *
     * @param owner of the expected process
     * @throws IOException with the reason, for people
     */
    public static ControlClient open(Path socket, long pid, UserPrincipal owner) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try (ChannelDeadline deadline = ChannelDeadline.of(channel, HELLO_PATIENCE)) {
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                ControlClient client = new ControlClient(channel);
                client.greet(socket, pid, owner);
                return client;
            } catch (IOException e) {
                throw deadline.passed() ? new IOException(silent(pid), e) : explained(socket, e);
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String silent(long pid) {
        return "it does not answer within " + HELLO_PATIENCE.toSeconds() + " s"
                + (ProcessStatus.of(pid).isStopped() ? ": it is stopped, and kill -CONT " + pid + " resumes it" : "");
    }

    private static IOException explained(Path socket, IOException fault) {
        String message = String.valueOf(fault.getMessage());
        if (!(fault instanceof SocketException)) {
            return fault;
        }
        return new IOException(
                message.contains("Permission denied")
                        ? "its control socket " + socket
                                + " is for the user that it runs as, the group of the file, and root"
                        : message.contains("No such file")
                                ? "it has no control socket " + socket + ": its log says why"
                                : "nobody answers at its control socket " + socket + ": " + message,
                fault);
    }

    private void greet(Path socket, long pid, UserPrincipal owner) throws IOException {
        if (!channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(owner)) {
            throw new IOException("another user than its own answers at its control socket " + socket);
        }
        byte[] line = reader.line();
        if (line == null) {
            throw new IOException("it has closed the connection: it may have too much to do, or be about to end");
        }
        Protocol.Hello hello = Protocol.read(line, Protocol.Hello.class);
        if (hello.pid() != pid) {
            throw new IOException("process " + hello.pid() + " answers at its control socket " + socket);
        }
        if (hello.protocol() != Protocol.VERSION) {
            throw new IOException(
                    "it is usher " + hello.usher() + ", which this version of the command cannot talk to");
        }
    }

    /**
     * Sends a request, and waits for the answer.
     *
     * @param body JSON; null for none
     */
    public Control.Reply ask(String method, String path, @Nullable String body, Duration patience) throws IOException {
        return within(patience, () -> {
            write(method, path, body);
            return answer();
        });
    }

    /** A part of an exchange. */
    @FunctionalInterface
    private interface Exchange<T extends @Nullable Object> {
        T run() throws IOException;
    }

    private <T extends @Nullable Object> T within(Duration patience, Exchange<T> exchange) throws IOException {
        try (ChannelDeadline deadline = ChannelDeadline.of(channel, patience)) {
            try {
                return exchange.run();
            } catch (IOException e) {
                throw deadline.passed()
                        ? new IOException("no answer within " + patience.toSeconds() + " s; see its log", e)
                        : e;
            }
        }
    }

    private void write(String method, String path, @Nullable String body) throws IOException {
        Protocol.write(channel, Protocol.line(new Protocol.Request(method, path, body)));
    }

    private Control.Reply answer() throws IOException {
        byte[] line = reader.line();
        if (line == null) {
            throw new IOException("it has ended before it answered");
        }
        Protocol.Answer answer = Protocol.read(line, Protocol.Answer.class);
        if (answer.length() < 0 || answer.length() > Protocol.MAX_ANSWER_BYTES) {
            throw new IOException("its answer has " + answer.length() + " bytes");
        }
        return new Control.Reply(answer.status(), new String(reader.bytes(answer.length()), StandardCharsets.UTF_8));
    }

    /** Sends a message without an answer. */
    void tell(String path, @Nullable String body) throws IOException {
        boolean _ = within(HELLO_PATIENCE, () -> {
            write("POST", path, body);
            return true;
        });
    }

    /** Waits until the other side says no more. */
    void awaitEnd(Duration patience) throws IOException {
        if (within(patience, reader::line) != null) {
            throw new IOException("it says more than it was asked");
        }
    }

    /**
     * Asks for an upgrade, and waits for the end of the upgrade.
     *
     * @param steps is told of each step, in words
     * @return the last word: status 200, or the reason of the failure
     */
    public Control.Reply upgrade(Consumer<String> steps) throws IOException {
        return within(Upgrade.PATIENCE, () -> {
            write("POST", Upgrade.PATH, null);
            Control.Reply reply = answer();
            while (reply.status() == Upgrade.STEP) {
                steps.accept(detail(reply));
                reply = answer();
            }
            return reply;
        });
    }

    /** The text of an answer in words; else the whole body. */
    public static String detail(Control.Reply reply) {
        try {
            String detail = Protocol.body(reply.body(), TakeOver.Step.class).detail();
            return detail == null ? reply.body() : detail;
        } catch (IOException other) {
            return reply.body();
        }
    }

    /** Asks a draining process for its addresses, and waits until its {@code readiness_delay} is over. */
    public Control.Reply askForHandover(Duration patience) throws IOException {
        return ask("POST", Handover.PATH, null, patience.plus(HELLO_PATIENCE));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The channel is of no further use.
        }
    }
}
