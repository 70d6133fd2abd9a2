package dev.usher.server.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** What Linux says of a process to everybody. Elsewhere nothing is known. */
public final class ProcessStatus {
    private static final int SIGHUP = 1;
    private static final int HEXADECIMAL = 16;

    private final Map<String, String> fields = new HashMap<>();

    private ProcessStatus(List<String> lines) {
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
    }

    public static ProcessStatus of(long pid) {
        try {
            return new ProcessStatus(Files.readAllLines(Path.of("/proc/" + pid + "/status")));
        } catch (IOException notThere) {
            return new ProcessStatus(List.of());
        }
    }

    /** The user that it runs as: its effective number. */
    public OptionalLong user() {
        String[] numbers = fields.getOrDefault("Uid", "").split("\\s+", -1);
        return numbers.length < 2 ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(numbers[1]));
    }

    /** Whether it was stopped, by a signal or a debugger. */
    boolean isStopped() {
        return fields.getOrDefault("State", "").toUpperCase(Locale.ROOT).startsWith("T");
    }

    /** Whether it was started with SIGHUP ignored, as {@code nohup} does: then nothing can make a JVM take notice of it. */
    public boolean ignoresHangUp() {
        String mask = fields.getOrDefault("SigIgn", "0");
        return (Long.parseUnsignedLong(mask, HEXADECIMAL) >> (SIGHUP - 1) & 1) == 1;
    }
}
