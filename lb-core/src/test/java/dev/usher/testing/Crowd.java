package dev.usher.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Many clients that connect, say nothing, and stay, in a process of their own: one process has not descriptors for both
 * ends of ten thousand connections.
 */
public final class Crowd implements AutoCloseable {
    private final Process process;
    private final PrintStream orders;

    private Crowd(Process process) {
        this.process = process;
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
    }

    /** Begins to connect; returns at once. */
    public static Crowd of(int count, InetSocketAddress address) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Crowd.class.getName(),
                        Integer.toString(address.getPort()),
                        Integer.toString(count))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Crowd(process);
    }

    /** Has so many of them leave, whichever; returns at once. */
    public void leave(int count) {
        orders.println(count);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process: connects, and then closes as many as each line of its input says, until that ends. */
    public static void main(String[] args) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            open.add(SocketChannel.open(address));
        }
        Collections.shuffle(open, new Random(1));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String count = orders.readLine(); count != null; count = orders.readLine()) {
            for (int i = 0; i < Integer.parseInt(count); i++) {
                open.removeLast().close();
            }
        }
    }
}
