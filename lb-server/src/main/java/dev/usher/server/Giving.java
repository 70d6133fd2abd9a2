package dev.usher.server;

import dev.usher.event.Event;
import dev.usher.pool.BackendOrder;
import dev.usher.server.Foreground.Running;
import dev.usher.server.control.TakeOver;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** This process as seen by a successor. */
final class Giving implements TakeOver.Giver {
    private final Path file;
    private final Running running;
    private final Foreground foreground;

    Giving(Path file, Running running, Foreground foreground) {
        this.file = file;
        this.running = running;
        this.foreground = foreground;
    }

    @Override
    public boolean serves(String wanted) {
        return FindRunning.isSame(file, wanted);
    }

    @Override
    public boolean settled() {
        return running.balancer().isSettled();
    }

    /** With the lasting sockets, also where no listener is left: a later listener could not open another beside. */
    @Override
    public Set<SocketAddress> addresses() {
        Set<SocketAddress> addresses = new HashSet<>(lasting());
        running.balancer().looks().listening().values().forEach(addresses::addAll);
        if (running.admin() != null) {
            addresses.add(running.admin().address());
        }
        return addresses;
    }

    @Override
    public Set<SocketAddress> lasting() {
        return foreground.given().lasting();
    }

    @Override
    public List<BackendOrder> orders() {
        return running.balancer().control().orders();
    }

    @Override
    public void letAdminGo() {
        if (running.admin() != null) {
            running.admin().letGo();
        }
    }

    @Override
    public void goesTo(long pid) {
        running.balancer().report(Event.Kind.ADMIN, "usher", "process " + pid + " takes over");
        foreground.manager().goesTo(pid);
    }

    @Override
    public void leave(long pid, Set<SocketAddress> taken) {
        running.balancer().handOver(taken);
        letAdminGo();
        foreground.leaveTo(pid);
    }
}
