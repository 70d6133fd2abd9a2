package dev.usher.server.yaml;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Settings whose value names a file. */
final class FileSettings {
    private FileSettings() {}

    /** Checks a file's use for a setting. A fault is thrown with the name of the setting in its message. */
    @FunctionalInterface
    interface FileCheck {
        void look(Path file, String setting) throws IOException;
    }

    /**
     * The path of a usable file; null otherwise, which is then noted. A change of the file counts as a change of the
     * configuration, also while the file is unusable.
     */
    static @Nullable Path usable(Fields fields, String key, FileCheck check) {
        Path file = path(fields, key, fields.scalar(key));
        if (file != null) {
            fields.problems.follow(file);
        }
        return file == null || !isGood(fields, key, () -> check.look(file, fields.path(key))) ? null : file;
    }

    /**
     * The path that a value names, relative to the directory of the file with the value. Null as by
     * {@link Fields#parsed}.
     */
    static @Nullable Path path(Fields fields, String key, Item.@Nullable Scalar scalar) {
        Path named = fields.parsed(scalar, fields.path(key), Path::of);
        return named == null || scalar == null
                ? null
                : withoutDots(scalar.place().source().directory().resolve(named));
    }

    /** The path without {@code .} steps; {@code ..} stays, since a link may stand in front. */
    private static Path withoutDots(Path path) {
        Path whole = path.getRoot() == null ? Path.of("") : path.getRoot();
        for (Path step : path) {
            whole = step.toString().equals(".") ? whole : whole.resolve(step);
        }
        return whole;
    }

    /** Checks the thing that a value names. */
    @FunctionalInterface
    interface Look {
        void look() throws IOException;
    }

    /** True if the check finds no fault; a fault is noted. */
    static boolean isGood(Fields fields, String key, Look check) {
        try {
            check.look();
            return true;
        } catch (IOException fault) {
            fields.problems.error(fields.valuePlace(key), String.valueOf(fault.getMessage()));
            return false;
        }
    }
}
