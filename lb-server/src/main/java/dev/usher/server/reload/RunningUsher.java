package dev.usher.server.reload;

import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Another process of this machine that serves, and that a signal can be sent to. */
public final class RunningUsher {
    private static final long LOOK_NANOS = 20_000_000;

    private final RunFile.Found found;

    public RunningUsher(RunFile.Found found) {
        this.found = found;
    }

    /** As it was when it was found. */
    public RunState state() {
        return found.state();
    }

    public UsherConfig inForce() throws IOException {
        return found.inForce();
    }

    /** Reads its file, as it would itself. */
    public ConfigResult read() {
        String file = Objects.requireNonNull(state().config(), "a demo has none to read");
        Map<String, String> environment = environment(state().pid());
        return ConfigFile.read(Path.of(file), environment::get);
    }

    /** Its own environment where this user may see it, else that of this process. */
    private static Map<String, String> environment(long pid) {
        try {
            Map<String, String> environment = new HashMap<>();
            String all = new String(Files.readAllBytes(Path.of("/proc/" + pid + "/environ")), StandardCharsets.UTF_8);
            for (String entry : all.split("\0", -1)) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    environment.put(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
            return environment;
        } catch (IOException notAllowed) {
            return System.getenv();
        }
    }

    /** Asks it to reload, and waits for what comes of that; empty if nothing does. */
    public Optional<RunState.Attempt> reload(Duration patience) throws IOException, InterruptedException {
        if (found.now().map(RunState::draining).orElse(false)) {
            throw new IOException("usher is draining and accepts no new configuration");
        }
        long before = found.now().map(RunState::signalNumber).orElse(0L);
        int sent = new ProcessBuilder("kill", "-HUP", Long.toString(state().pid()))
                .redirectErrorStream(true)
                .start()
                .waitFor();
        if (sent != 0) {
            throw new IOException("SIGHUP could not be sent: the process belongs to another user, or has ended");
        }
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<RunState> now = found.now();
            if (now.isEmpty()) {
                throw new IOException("it has ended");
            }
            if (now.get().signalNumber() > before) {
                return Optional.ofNullable(now.get().lastSignal());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return Optional.empty();
    }
}
