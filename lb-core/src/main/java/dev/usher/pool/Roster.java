package dev.usher.pool;

import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.Units;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a pool's backends: results of probes, operators' orders, ends of ejections, new addresses. Each change
 * takes the lock, reports to the watcher, and ends with a new {@link Serving} for the workers. Probers, operators and
 * the keeper's thread call this; workers only {@link #eject}, which takes no lock.
 *
 * <p>An address is outdone if probes or sessions have tried it in vain, while a sibling address of the same name was
 * reached. Most likely the network does not route this address family. An address that nobody has tried yet is not
 * outdone.
 */
public final class Roster {
    /** State kept from a configuration to the next. The monitor is the lock of every change. */
    private static final class Lasting {
        /** Turns of the balancers. */
        final AtomicInteger cursor = new AtomicInteger();

        final AtomicInteger backupCursor = new AtomicInteger();
        final Ejections ejections = new Ejections();
        /** Whether the watcher knows that no backend serves. Guarded by this. */
        boolean down;
    }

    /** Backends, and the balancer made of them. Made anew only for a change: the keeper comes by ten times a second. */
    private record Part(List<Weighted> members, Balancer balancer) {
        static final Part NONE = new Part(List.of(), new First(List.of()));

        Part with(List<Weighted> now, Function<List<Weighted>, Balancer> maker) {
            return now.equals(members) ? this : new Part(now, maker.apply(now));
        }
    }

    private final Pool pool;
    private final PoolConfig config;
    private final PoolWatcher watcher;
    private final Runnable wakeKeeper;
    private final Lasting lasting;
    /** Guarded by the lock, as are the next two. */
    private Part primary = Part.NONE;

    private Part backup = Part.NONE;
    private Part outdone = Part.NONE;

    /** Roster of a pool without a predecessor. */
    Roster(Pool pool, PoolWatcher watcher, Runnable wakeKeeper) {
        this(pool, watcher, wakeKeeper, new Lasting());
    }

    /** Roster of the successor of a pool, with the same backends. */
    Roster(Pool pool, Roster before) {
        this(pool, before.watcher, before.wakeKeeper, before.lasting);
    }

    private Roster(Pool pool, PoolWatcher watcher, Runnable wakeKeeper, Lasting lasting) {
        this.pool = pool;
        this.config = pool.config();
        this.watcher = watcher;
        this.wakeKeeper = wakeKeeper;
        this.lasting = lasting;
    }

    // ---- for workers ----

    /** Ejects a backend at once, if the pool can spare it; {@link #keep} reports the ejection. */
    boolean eject(Backend backend, long nowNanos) {
        return lasting.ejections.eject(backend, pool.current(), config.ejection(), nowNanos);
    }

    // ---- addresses ----

    /** An address of a configured backend. */
    public record Member(BackendConfig config, SocketAddress address) {}

    /**
     * Sets the backends. A backend whose address was there before keeps its verdict, counters and sessions.
     *
     * @return the backends no longer there; the caller must {@link #remove} them once no worker picks from a
     *     predecessor any more
     */
    public List<Backend> setBackends(List<Member> members, long nowNanos) {
        synchronized (lasting) {
            List<Backend> before = pool.backends();
            List<Backend> after = new ArrayList<>();
            for (Member member : members) {
                if (find(after, member.address()) == null) { // two names may resolve to the same address
                    after.add(backend(member, before));
                }
            }
            rebuild(List.copyOf(after), nowNanos);
            return before.stream().filter(old -> !after.contains(old)).toList();
        }
    }

    private Backend backend(Member member, List<Backend> before) {
        Backend known = find(before, member.address());
        // a backend removed by a predecessor comes back without a past
        if (known == null || known.isRemoved()) {
            known = new Backend(member.config(), member.address());
        } else {
            known.reconfigure(member.config());
        }
        if (config.healthCheck().type() == HealthCheckConfig.Type.NONE) {
            known.unprobed();
        }
        return known;
    }

    private static @Nullable Backend find(List<Backend> backends, SocketAddress address) {
        for (Backend backend : backends) {
            if (backend.address().equals(address)) {
                return backend;
            }
        }
        return null;
    }

    /** Marks backends as removed: no new sessions, while open sessions continue. */
    public void remove(List<Backend> gone, String why) {
        synchronized (lasting) {
            for (Backend old : gone) {
                old.setRemoved(why); // before the next line, so that a worker about to eject sees the removal
                lasting.ejections.readmit(old);
                tell(old);
            }
        }
    }

    // ---- probes and operators ----

    /**
     * Counts the result of a probe.
     *
     * @param result in words
     * @param heard whether the place for sessions answered the probe, and not just connected; ends an ejection
     */
    public void probed(Backend backend, ProbeOutcome outcome, String result, boolean heard, long nowNanos) {
        boolean success = outcome == ProbeOutcome.SUCCESS;
        synchronized (lasting) {
            boolean wasDown = backend.state() == BackendState.DOWN;
            boolean changed = backend.probed(outcome, result, config.healthCheck());
            if (changed && success && wasDown) {
                startSlowly(backend, nowNanos);
            }
            if (success && heard && backend.ejection().isEjected()) {
                readmit(backend, answered(config.healthCheck().type()), nowNanos);
                changed = true;
            }
            if (!changed && backend.state() != BackendState.UNPROBED) {
                return;
            }
            rebuild(nowNanos);
        }
        wakeKeeper.run(); // a reload may have installed a successor meanwhile, which has yet to see the change
    }

    private static String answered(HealthCheckConfig.Type type) {
        return type == HealthCheckConfig.Type.HTTP ? "an HTTP probe succeeded" : "a TLS probe succeeded";
    }

    /**
     * Sets an operator's order for a backend.
     *
     * @param why reason shown while the backend is not ready, such as {@code drained by ops}
     */
    public void setAdminState(Backend backend, AdminState state, String why, long nowNanos) {
        setAdminState(backend, state, why, Set.of(), () -> {}, nowNanos);
    }

    /**
     * Like {@link #setAdminState(Backend, AdminState, String, long)}, unless an objection is heeded: look and change are
     * one step, whoever else gives orders.
     *
     * @param announce called before the change, with the lock held: the change itself may cause reports
     * @return the heeded objection, after which nothing has changed; null if the order is in force
     */
    public @Nullable Objection setAdminState(
            Backend backend, AdminState state, String why, Set<Objection> heeded, Runnable announce, long nowNanos) {
        synchronized (lasting) {
            Objection objection = objection(backend, state);
            if (objection != null && heeded.contains(objection)) {
                return objection;
            }
            announce.run();
            boolean returns = state == AdminState.READY && backend.adminState() != AdminState.READY;
            backend.setAdminState(state, why);
            if (returns) {
                startSlowly(backend, nowNanos);
            }
            rebuild(nowNanos);
        }
        wakeKeeper.run(); // a reload may have installed a successor, as in probed
        return null;
    }

    private @Nullable Objection objection(Backend backend, AdminState state) {
        if (backend.adminState() == AdminState.DISABLED) {
            return Objection.DISABLED;
        }
        boolean last = backend.state().serves()
                && pool.backends().stream()
                        .noneMatch(
                                other -> !other.equals(backend) && other.state().serves());
        return last && state != AdminState.READY ? Objection.LAST : null;
    }

    /** Sets a backend's weight until the next restart; 0 returns to the configured weight. */
    public void setWeight(Backend backend, int weight, long nowNanos) {
        synchronized (lasting) {
            if (weight != 0) {
                BackendConfig.WEIGHT.check(weight, "weight");
            }
            backend.share().override(weight);
            rebuild(nowNanos);
        }
        wakeKeeper.run(); // a reload may have installed a successor, as in probed
    }

    // ---- time ----

    /**
     * Updates time-dependent state: ends of ejections, slow starts, and reports of ejections by workers.
     *
     * @return true if the caller must call again soon, even without a request
     */
    public boolean keep(long nowNanos) {
        synchronized (lasting) {
            List<Backend> backends = pool.backends();
            for (Backend backend : backends) {
                if (backend.ejection().isOver(nowNanos)) {
                    readmit(backend, "ejection time is over", nowNanos);
                }
                backend.share().keep(nowNanos, config.slowStart());
            }
            rebuild(nowNanos);
            return lasting.ejections.isAnyTaken()
                    || backends.stream().anyMatch(backend -> changesSoon(backend, backends, nowNanos));
        }
    }

    private static boolean changesSoon(Backend backend, List<Backend> backends, long nowNanos) {
        return backend.share().isStartingSlowly()
                || (backend.reach().isInVain(nowNanos) && isOutdone(backend, backends, nowNanos));
    }

    private void readmit(Backend backend, String why, long nowNanos) {
        if (lasting.ejections.readmit(backend)) {
            backend.changed(why);
            startSlowly(backend, nowNanos);
        }
    }

    private void startSlowly(Backend backend, long nowNanos) {
        if (config.slowStart() != null) {
            backend.share().startSlowly(nowNanos);
            wakeKeeper.run();
        }
    }

    // ---- what workers see ----

    private void rebuild(long nowNanos) {
        rebuild(pool.backends(), nowNanos);
    }

    /** Builds balancers for the current state, and reports changes to the watcher. */
    private void rebuild(List<Backend> backends, long nowNanos) {
        readmitTheLast(backends, nowNanos);
        List<Weighted> primaries = new ArrayList<>();
        List<Weighted> backups = new ArrayList<>();
        List<Weighted> last = new ArrayList<>();
        for (Backend backend : backends) {
            backend.counts().note(backend.state(), nowNanos);
            if (backend.state().serves()) {
                List<Weighted> part = isOutdone(backend, backends, nowNanos)
                        ? last
                        : backend.config().backup() ? backups : primaries;
                part.add(new Weighted(backend, backend.weight() * pool.slowStartPercent(backend, nowNanos)));
            }
        }
        primary = primary.with(primaries, this::primary);
        backup = backup.with(backups, this::backup);
        outdone = outdone.with(last, First::new);
        int count = primaries.size() + backups.size() + last.size();
        pool.publish(new Serving(backends, count, primary.balancer(), backup.balancer(), outdone.balancer()));
        backends.forEach(this::tell);
        tell(count);
    }

    /**
     * Readmits ejected backends when no other serves any more: a worker can only judge the moment of ejection.
     */
    private void readmitTheLast(List<Backend> backends, long nowNanos) {
        if (config.ejection().maxEjectedPercent() == 100
                || backends.stream().anyMatch(backend -> backend.state().serves())) {
            return;
        }
        for (Backend backend : backends) {
            if (backend.state() == BackendState.EJECTED) {
                readmit(backend, "no other backend is left", nowNanos);
            }
        }
    }

    private static boolean isOutdone(Backend backend, List<Backend> backends, long nowNanos) {
        boolean keepsProbesWaiting = backend.state() == BackendState.UNPROBED && backend.lastProbe() != null;
        return (keepsProbesWaiting || backend.reach().isInVain(nowNanos))
                && backends.stream()
                        .anyMatch(other -> other.state() == BackendState.UP
                                && other.wasReached()
                                && other.config()
                                        .address()
                                        .equals(backend.config().address()));
    }

    private Balancer primary(List<Weighted> members) {
        return Balancer.of(config.balance(), members, lasting.cursor, pool.draws());
    }

    private Balancer backup(List<Weighted> members) {
        return Balancer.of(config.balance(), members, lasting.backupCursor, pool.draws());
    }

    // ---- reports ----

    private void tell(Backend backend) {
        BackendState before = backend.told();
        BackendState now = backend.state();
        if (now == before) {
            return;
        }
        if (now == BackendState.EJECTED) {
            boolean news = backend.ejection().isNews();
            backend.changed(news ? ejectionText(backend) : "still ejected for earlier failed sessions");
        }
        backend.setTold(now);
        watcher.onBackend(pool, backend, before, now);
    }

    private String ejectionText(Backend backend) {
        int times = backend.ejection().timesInARow();
        return "%s in a row failed; ejected for %d s%s"
                .formatted(
                        Units.counted(config.ejection().consecutiveFailures(), "session"),
                        backend.ejection().lastNanos() / 1_000_000_000,
                        times == 1 ? "" : ", longer each time: ejected " + times + " times in a row");
    }

    private void tell(int count) {
        boolean down = count == 0 && !config.isTemplate();
        if (lasting.down != down) { // a new pool counts as serving, so only a pool that goes down is news
            lasting.down = down;
            watcher.onPool(pool, count);
        }
    }
}
