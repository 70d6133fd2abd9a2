package dev.usher.server.it;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Two machines, and between them a way on which each packet takes 10 to 70 ms, some overtake others, and some come twice. */
final class LateWay {
    /** Of a packet that overtakes others. */
    static final int LEAST_MILLIS = 10;

    static final InetAddress NEAR = InetAddress.ofLiteral("192.0.2.1");
    static final InetAddress FAR = InetAddress.ofLiteral("192.0.2.2");

    private static final Path TUN = Path.of("/dev/net/tun");
    private static final Pattern COUNT = Pattern.compile("carried (\\d+), overtook (\\d+), twice (\\d+)");

    private final NetworkNamespace near;
    private final NetworkNamespace far;
    private final Program carrier;

    /**
     * What was carried in one direction.
     *
     * @param carried packets
     * @param overtook those that arrived before an earlier one
     * @param twice those that arrived two times
     */
    record Count(int carried, int overtook, int twice) {}

    /** @param seed chooses the packets */
    LateWay(Parts parts, int seed) throws Exception {
        Needs.root();
        Needs.that(opens(TUN), TUN.toString());
        near = parts.add(NetworkNamespace.make("near"));
        far = parts.add(NetworkNamespace.make("far"));
        List<String> command = new ArrayList<>(near.wrapper());
        command.addAll(List.of(
                Program.require("python3"),
                Product.file("lb-server/src/test/resources/dev/usher/server/it/late_way.py")
                        .toString(),
                Integer.toString(seed),
                "to-far",
                "to-near"));
        carrier = parts.add(Program.start("late-way", command));
        carrier.awaitPrinted("two devices");
        near.run("ip", "link", "set", "to-near", "netns", far.name());
        lead(near, "to-far", NEAR, FAR);
        lead(far, "to-near", FAR, NEAR);
    }

    /** A container may have the file, and not the right to open it. */
    private static boolean opens(Path device) {
        try (FileChannel _ = FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** The queue has room for what the sockets of a test may send at once: no packet is lost. */
    private static void lead(NetworkNamespace from, String device, InetAddress own, InetAddress other)
            throws Exception {
        from.run("ip", "address", "add", own.getHostAddress(), "peer", other.getHostAddress(), "dev", device);
        from.run("ip", "link", "set", device, "txqueuelen", "20000", "up");
    }

    /** The machine of {@link #NEAR}. */
    NetworkNamespace near() {
        return near;
    }

    /** The machine of {@link #FAR}. */
    NetworkNamespace far() {
        return far;
    }

    /** Ends the way: from near to far, and back. */
    List<Count> end() throws Exception {
        carrier.process().getOutputStream().close();
        carrier.exitCode();
        return COUNT.matcher(carrier.out().text())
                .results()
                .map(count -> new Count(
                        Integer.parseInt(count.group(1)),
                        Integer.parseInt(count.group(2)),
                        Integer.parseInt(count.group(3))))
                .toList();
    }
}
