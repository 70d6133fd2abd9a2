package dev.usher.server.reload;

import dev.usher.config.UsherConfig;
import dev.usher.diff.ConfigDiff;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.Fingerprint;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Readings of one configuration. The last result is kept with the SHA-256 of its files, and nothing is parsed again
 * while the content is the same; nor compared again while also the configuration in force is the same. The watch,
 * reloads and looks share one reading. Any thread that may wait for files: a caller also waits for the reading before.
 */
final class Readings {
    private final Path file;
    private final Supplier<UsherConfig> inForce;
    private final Brought brought;
    /** Guarded by this, like the comparison. */
    private ConfigResult last;

    private @Nullable Compared compared;

    /**
     * A reading beside the configuration in force at that time.
     *
     * @param next the configuration of the files, with the routes of sources; the present one for an invalid reading
     * @param version of the sources
     * @param changes effect of a reload; empty for an invalid reading
     */
    record Compared(ConfigResult read, UsherConfig next, long version, UsherConfig inForce, ConfigDiff changes) {}

    /**
     * @param last result of the reading at the start
     */
    Readings(Path file, ConfigResult last, Supplier<UsherConfig> inForce, Brought brought) {
        this.file = file;
        this.last = last;
        this.inForce = inForce;
        this.brought = brought;
    }

    /** The result for the present content; the same object while the content is the same. */
    synchronized ConfigResult now() {
        refresh(true);
        return last;
    }

    /** The comparison for the present content. */
    synchronized Compared compare() {
        refresh(true);
        return comparison();
    }

    /**
     * The comparison for the present content; for the last content while a file does not answer, since a difference
     * then says nothing about the file.
     */
    synchronized Compared look() {
        refresh(false);
        return comparison();
    }

    /** @param blindly whether to parse also while a file does not answer, for a diagnostic with the reason */
    private void refresh(boolean blindly) {
        Fingerprint known = last.fingerprint();
        Fingerprint now = known.now();
        boolean different = known.blind() != null || !now.equals(known);
        if (now.blind() == null ? different : blindly) {
            last = ConfigFile.readAgain(file);
        }
    }

    @SuppressWarnings("ReferenceEquality") // each reading and each reload makes a new object
    private Compared comparison() {
        UsherConfig present = inForce.get();
        Compared made = compared;
        long version = brought.version();
        if (made == null || made.read() != last || made.inForce() != present || made.version() != version) {
            UsherConfig next = switch (last) {
                case ConfigResult.Invalid _ -> present;
                case ConfigResult.Valid valid -> brought.merge(valid);
            };
            made = new Compared(last, next, version, present, ConfigDiff.between(present, next));
            compared = made;
        }
        return made;
    }
}
