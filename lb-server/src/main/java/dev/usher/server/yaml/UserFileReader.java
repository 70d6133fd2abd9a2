package dev.usher.server.yaml;

import dev.usher.config.UserFile;
import dev.usher.file.NamedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a file of users that a setting names. */
final class UserFileReader {
    private UserFileReader() {}

    /** Null if the key is absent, or the file is not usable, which is then noted. */
    static @Nullable UserFile read(Fields fields, String key) {
        List<UserFile> read = new ArrayList<>(1);
        FileSettings.usable(fields, key, (file, setting) -> read.add(parse(file, setting)));
        return read.isEmpty() ? null : read.getFirst();
    }

    private static UserFile parse(Path file, String setting) throws IOException {
        try {
            return UserFile.parse(file, new String(NamedFile.read(file, NamedFile.Kind.USERS), StandardCharsets.UTF_8));
        } catch (IOException | IllegalArgumentException fault) {
            throw new IOException(setting + ": " + file + ": " + fault.getMessage(), fault);
        }
    }
}
