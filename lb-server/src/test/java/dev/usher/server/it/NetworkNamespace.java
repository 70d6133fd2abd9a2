package dev.usher.server.it;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Program;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A machine of a test, as far as its network goes: interfaces, addresses, routes and ports of its own. */
@SuppressWarnings("try") // an interrupt of close ends the test, as in any other method here
final class NetworkNamespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;

    /** True on threads that are in a namespace, which Linux hands on to the threads that they start. */
    private static final InheritableThreadLocal<Boolean> INSIDE = new InheritableThreadLocal<>();

    private final String name;

    private NetworkNamespace(String name) {
        this.name = name;
    }

    /** With a loopback interface alone. */
    static NetworkNamespace make(String role) throws Exception {
        Needs.root();
        NetworkNamespace made =
                new NetworkNamespace("usher-" + ProcessHandle.current().pid() + "-" + role);
        Command.Result added = Command.run("", List.of(Program.require("ip"), "netns", "add", made.name));
        Needs.that(added.exitCode() == 0, "network namespaces: " + added.err());
        made.run("ip", "link", "set", "lo", "up");
        return made;
    }

    /** As {@code ip} knows it. */
    String name() {
        return name;
    }

    /** Joins two machines with a cable; the ends get these names. */
    static void cable(NetworkNamespace one, String end, NetworkNamespace other, String otherEnd) throws Exception {
        one.run("ip", "link", "add", end, "type", "veth", "peer", "name", otherEnd, "netns", other.name);
        one.run("ip", "link", "set", end, "up");
        other.run("ip", "link", "set", otherEnd, "up");
    }

    /** Runs a command there, which must succeed; what it prints. */
    String run(String... command) throws Exception {
        return Command.run("", there(command)).succeeds().out();
    }

    /** Starts a program there. */
    Program start(Map<String, String> environment, String... command) {
        return Program.start(environment, there(command));
    }

    private List<String> there(String... command) {
        List<String> there = new ArrayList<>(wrapper());
        there.addAll(List.of(command));
        there.set(4, command[0].startsWith("/") ? command[0] : Program.require(command[0]));
        return there;
    }

    /** A command that becomes the command behind it, there. */
    List<String> wrapper() {
        return List.of(Program.require("ip"), "netns", "exec", name);
    }

    /** Calls on a thread whose new sockets are there. Linux keeps the network namespace by thread, and hands it on. */
    <T> T call(Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter();
            return call.call();
        });
        Thread.ofPlatform().daemon().name(name).start(task);
        return task.get();
    }

    /**
     * Threads for many short tasks. In a namespace each is the system's: a virtual thread could start a carrier there, and the
     * virtual threads of all later tests would find themselves in the namespace.
     */
    static Thread.Builder threads() {
        return INSIDE.get() == null ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
    }

    @SuppressWarnings("restricted") // the signatures are the C library's
    private void enter() throws IOException {
        Linker linker = Linker.nativeLinker();
        MethodHandle open = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("open"), FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        MethodHandle setns = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setns"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        MethodHandle close = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int file = (int) open.invokeExact(arena.allocateFrom("/run/netns/" + name), 0);
            int entered = (int) setns.invokeExact(file, CLONE_NEWNET);
            int closed = (int) close.invokeExact(file);
            assertEquals(0, entered | closed, "setns to " + name);
            INSIDE.set(true);
        } catch (Throwable impossible) {
            throw new IOException(impossible);
        }
    }

    @Override
    public void close() throws Exception {
        Command.run("", List.of(Program.require("ip"), "netns", "delete", name)).succeeds();
    }
}
