package dev.usher.server.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** State of a process from {@code /proc}, readable for every user. Empty on systems other than Linux. */
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

    /** Number of the effective user. */
    public OptionalLong user() {
        String[] numbers = fields.getOrDefault("Uid", "").split("\\s+", -1);
        return numbers.length < 2 ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(numbers[1]));
    }

    /** True if the process was stopped, by a signal or a debugger. */
    boolean isStopped() {
        return fields.getOrDefault("State", "").toUpperCase(Locale.ROOT).startsWith("T");
    }

    /**
     * True if the process was started with SIGHUP ignored, as by {@code nohup}; a JVM then cannot handle the signal.
     */
    public boolean ignoresHangUp() {
        String mask = fields.getOrDefault("SigIgn", "0");
        return (Long.parseUnsignedLong(mask, HEXADECIMAL) >> (SIGHUP - 1) & 1) == 1;
    }
}
