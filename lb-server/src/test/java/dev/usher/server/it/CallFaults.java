package dev.usher.server.it;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Faults of system calls in threads of a running usher: strace answers in place of the kernel, until this is closed. */
final class CallFaults implements AutoCloseable {
    private final Program strace;
    private final Path trace;

    private CallFaults(Program strace, Path trace) {
        this.strace = strace;
        this.trace = trace;
    }

    /**
     * Returns once every thread is watched.
     *
     * @param begin of the names of the threads
     * @param calls names of system calls, with commas
     * @param error as {@code ENOMEM}
     * @param when which calls of a thread, as {@code 3+5}: the third, and each fifth after it
     */
    static CallFaults inject(Usher usher, String begin, String calls, String error, String when) throws Exception {
        List<String> threads = threads(usher, begin);
        Path trace = Program.directory("strace").resolve("trace");
        List<String> command = new ArrayList<>(List.of(
                Program.require("strace"),
                "-o",
                trace.toString(),
                "-e",
                "trace=" + calls,
                "-e",
                "inject=%s:error=%s:when=%s".formatted(calls, error, when)));
        threads.forEach(thread -> command.addAll(List.of("-p", thread)));
        CallFaults faults = new CallFaults(Program.start("strace", command), trace);
        faults.awaitAttached(threads.size());
        return faults;
    }

    private void awaitAttached(int threads) {
        Await.process(
                () -> {
                    Needs.that(!strace.all().contains("not permitted"), "the right to trace: " + strace.all());
                    return strace.err().text().split(" attached", -1).length > threads;
                },
                "strace has attached");
    }

    private static List<String> threads(Usher usher, String begin) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + usher.program().pid() + "/task"))) {
            return all.filter(thread -> name(thread).startsWith(begin))
                    .map(thread -> thread.getFileName().toString())
                    .toList();
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException endedMeanwhile) {
            return "";
        }
    }

    /** How many calls have failed so far. */
    int injected() throws IOException {
        return Files.readString(trace).split("\\(INJECTED\\)", -1).length - 1;
    }

    @Override
    public void close() {
        strace.close();
    }
}
