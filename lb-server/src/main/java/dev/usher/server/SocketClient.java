package dev.usher.server;

import dev.usher.admin.Control;
import dev.usher.server.control.ControlClient;
import dev.usher.server.control.ProcessStatus;
import dev.usher.server.reload.RunningUsher;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks a local process over its control socket. */
final class SocketClient extends UsherClient {
    private final RunningUsher running;
    private final ControlClient client;

    SocketClient(RunningUsher running) throws AdminFault {
        this.running = running;
        try {
            this.client = running.connect();
        } catch (IOException e) {
            throw fault(e, otherWays());
        }
    }

    private AdminFault fault(IOException e, List<String> more) {
        String process = "process " + running.state().pid();
        return running.hasEnded()
                ? new AdminFault(process + " has ended")
                : new AdminFault(process + ": " + e.getMessage(), more);
    }

    /** Alternatives when the socket fails. */
    private List<String> otherWays() {
        long pid = running.state().pid();
        String admin = running.state().admin();
        return List.of((ProcessStatus.of(pid).ignoresHangUp()
                        ? "it ignores SIGHUP (started by nohup), so kill -HUP " + pid + " would not reload it either"
                        : "kill -HUP " + pid + " reloads it")
                + (admin == null ? "" : "; or use --admin " + admin));
    }

    @Override
    String name() {
        return "process " + running.state().pid();
    }

    @Override
    Said ask(String method, String path, @Nullable String body, Duration patience) throws AdminFault {
        try {
            Control.Reply reply = client.ask(method, path, body, patience);
            return new Said(reply.status(), reply.body());
        } catch (IOException e) {
            throw fault(e, List.of());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
