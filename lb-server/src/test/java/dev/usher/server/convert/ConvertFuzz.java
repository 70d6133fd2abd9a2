package dev.usher.server.convert;

import dev.usher.server.convert.draft.Remark;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of another program, read as a file of each. A remark has a place in the file, and usher takes what comes of a
 * conversion.
 */
public final class ConvertFuzz {
    private static final Path FOLDER = folder();
    private static final Path PEER = FOLDER.resolve("peer.conf");
    private static final Path OURS = FOLDER.resolve("usher.yaml");

    private ConvertFuzz() {}

    private static Path folder() {
        try {
            return Files.createTempDirectory("fuzz");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code input} as a whole file. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Files.write(PEER, input);
        String text = new String(input, StandardCharsets.UTF_8);
        String[] lines = text.split("\n", -1);
        String[] yamlLines = text.split("\r\n|\r|\n", -1);
        Peer.guess(text);
        for (Peer peer : Peer.values()) {
            Conversion conversion = Converter.convert(peer, List.of(PEER));
            conversion
                    .remarks()
                    .forEach(each -> require(isInside(lines, each) || isInside(yamlLines, each), each.toString()));
            String yaml = conversion.yaml();
            if (yaml != null) {
                Files.writeString(OURS, yaml);
                ConfigResult result = ConfigFile.read(OURS, _ -> null);
                require(result instanceof ConfigResult.Valid, peer + ": " + result.diagnostics() + "\n" + yaml);
            }
        }
    }

    private static boolean isInside(String[] lines, Remark remark) {
        Statement at = remark.statement();
        boolean worded = !remark.reason().isBlank() && !remark.line().isBlank();
        boolean onLine = at.line() >= 1 && at.line() <= at.lastLine() && at.lastLine() <= lines.length;
        return worded && onLine && at.column() >= 1 && at.column() <= lines[at.line() - 1].length() + 1;
    }

    private static void require(boolean kept, String what) {
        if (!kept) {
            throw new IllegalStateException(what);
        }
    }
}
