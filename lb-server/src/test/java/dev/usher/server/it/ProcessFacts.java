package dev.usher.server.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the kernel knows of a process: {@code /proc}. */
final class ProcessFacts {
    /** USER_HZ, which is 100 on every Linux that a JVM runs on. */
    private static final long MILLIS_PER_TICK = 10;

    private final Path proc;

    ProcessFacts(long pid) {
        this.proc = Path.of("/proc", Long.toString(pid));
    }

    /** Resident memory. */
    long rssBytes() throws IOException {
        return status("VmRSS:\\s+(\\d+) kB") * 1024;
    }

    /** Memory of the process, with its share of what it shares. */
    long pssMib() throws IOException {
        return number("smaps_rollup", "(?m)^Pss:\\s+(\\d+) kB") / 1024;
    }

    int threads() throws IOException {
        return (int) status("Threads:\\s+(\\d+)");
    }

    /** Open file descriptors. */
    int descriptors() throws IOException {
        try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
            return (int) files.count();
        }
    }

    /** Open sockets, its listening ones included. */
    int sockets() throws IOException {
        try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
            return (int) files.filter(ProcessFacts::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (NoSuchFileException closedMeanwhile) {
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** CPU time that it has used, in user and in kernel mode. */
    long cpuMillis() throws IOException {
        String stat = Files.readString(proc.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1); // the name may hold anything
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK;
    }

    private long status(String regex) throws IOException {
        return number("status", regex);
    }

    private long number(String file, String regex) throws IOException {
        Matcher found = Pattern.compile(regex).matcher(Files.readString(proc.resolve(file)));
        if (!found.find()) {
            throw new IOException("no " + regex + " in " + proc.resolve(file));
        }
        return Long.parseLong(found.group(1));
    }
}
