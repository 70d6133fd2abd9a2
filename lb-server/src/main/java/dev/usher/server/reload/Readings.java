package dev.usher.server.reload;

import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.Fingerprint;
import java.nio.file.Path;

/**
 * Readings of one configuration. What it came to last is kept by the SHA-256 of its files: as long as they say the same,
 * nothing is parsed again. So the watch, a reload and those who look share one reading. Any thread; each waits for the one
 * before, and files answer within a bounded time.
 */
final class Readings {
    private final Path file;
    /** Guarded by this. */
    private ConfigResult last;

    /** @param last what the file came to at the start */
    Readings(Path file, ConfigResult last) {
        this.file = file;
        this.last = last;
    }

    /** What the files come to now; the same object as long as they say the same. */
    synchronized ConfigResult now() {
        Fingerprint now = last.fingerprint().now();
        if (now.blind() != null || !now.equals(last.fingerprint())) {
            last = ConfigFile.readAgain(file);
        }
        return last;
    }
}
