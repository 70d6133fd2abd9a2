package dev.usher.server;

import dev.usher.admin.Control;
import dev.usher.background.Background;
import dev.usher.event.Event;
import dev.usher.server.Foreground.Running;
import dev.usher.server.control.ControlSocket;
import dev.usher.server.control.Conversation;
import dev.usher.server.control.Handover;
import dev.usher.server.control.ProcessStatus;
import dev.usher.server.reload.RunDirectory;
import dev.usher.server.reload.RunFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Run file and control socket, by which local commands find and ask this process. */
final class Presence implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Presence.class);

    private final RunFile run;
    private final @Nullable ControlSocket socket;

    private Presence(RunFile run, @Nullable ControlSocket socket) {
        this.run = run;
        this.socket = socket;
    }

    /**
     * @param file of the configuration; null for a configuration without a file
     * @param more conversations beside the handover
     */
    static Presence of(
            @Nullable Path file,
            Running running,
            Control control,
            Handover handover,
            List<? extends Conversation> more) {
        RunFile run = RunFile.of(
                new RunDirectory(System::getenv),
                file,
                running.admin() == null ? null : running.admin().url());
        handover.by(who -> {
            running.balancer().report(Event.Kind.ADMIN, "usher", "handing over to a new usher, started by " + who);
            if (running.admin() != null) {
                running.admin().letGo();
            }
        });
        List<Conversation> all = new ArrayList<>(more);
        all.add(handover);
        ControlSocket socket =
                open(run.socket(), control, all, running.balancer().background());
        run.announce(); // after the socket: a command that finds the run file finds the socket
        if (file != null && ProcessStatus.of(ProcessHandle.current().pid()).ignoresHangUp()) {
            log.info("SIGHUP is ignored (started by nohup): use usher reload, not kill -HUP");
        }
        return new Presence(run, socket);
    }

    private static @Nullable ControlSocket open(
            @Nullable Path path, Control control, List<Conversation> conversations, Background background) {
        if (path == null) {
            return null;
        }
        try {
            return ControlSocket.open(path, Version.number(), control, conversations, background);
        } catch (IOException e) {
            log.warn("usher commands cannot reach this process: control socket {}: {}", path, e.getMessage());
            return null;
        }
    }

    /** Marks the run file as draining. */
    void drains() {
        run.drains();
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
        run.close();
    }
}
