package dev.usher.server.reload;

import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.Fingerprint;
import java.nio.file.Path;

/**
 * Readings of one configuration. The last result is kept with the SHA-256 of its files, and nothing is parsed again
 * while the content is the same. The watch, reloads and requests share one reading. Any thread; a caller waits for the
 * reading before, and every file access has a time limit.
 */
final class Readings {
    private final Path file;
    /** Guarded by this. */
    private ConfigResult last;

    /**
     * @param last result of the reading at the start
     */
    Readings(Path file, ConfigResult last) {
        this.file = file;
        this.last = last;
    }

    /** The result for the present content; the same object while the content is the same. */
    synchronized ConfigResult now() {
        Fingerprint now = last.fingerprint().now();
        if (now.blind() != null || !now.equals(last.fingerprint())) {
            last = ConfigFile.readAgain(file);
        }
        return last;
    }
}
