package dev.usher.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** What the machine must have for a test. Where it does not, the test is skipped loudly; with {@code CI=true}, it fails. */
public final class Needs {
    private Needs() {}

    /**
     * Goes on where the machine has it.
     *
     * @param need what the machine has to have, such as "root and setpriv"
     */
    public static void that(boolean present, String need) {
        if (!present) {
            missing("this test needs " + need);
        }
    }

    public static void root() throws IOException {
        that(isRoot(), "root");
    }

    public static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /** Descriptors of this process, and of a process that it starts. */
    public static void descriptors(int count) throws IOException {
        Matcher limit =
                Pattern.compile("Max open files +\\d+ +(\\d+)").matcher(Files.readString(Path.of("/proc/self/limits")));
        that(
                !limit.find() || Long.parseLong(limit.group(1)) >= count,
                count + " descriptors in a process (ulimit -Hn)");
    }

    /** A device that has no room, ever. */
    public static Path devFull() {
        Path full = Path.of("/dev/full");
        that(Files.isWritable(full), full.toString());
        return full;
    }

    /** Never returns. */
    public static AssertionError missing(String why) {
        if ("true".equals(System.getenv("CI"))) {
            fail(why + ", and CI=true wants every test to run");
        }
        System.err.println("SKIPPED: " + why);
        Assumptions.abort(why);
        return new AssertionError("abort returned");
    }
}
