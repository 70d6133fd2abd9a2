package dev.usher.sim;

import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.UsherConfig;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends as they should be: in the configuration or not, ordered out or not, up or down, with how many failures. */
final class Roll implements PoolWatcher {
    static final int RISE = 2;
    static final int FALL = 3;
    static final int FAILURES = 2;

    /** The part of a pool that may be ejected, in percent; with all, no failure is excused. */
    static final int ALL = 100;

    /** What is known of an address. */
    static final class Place {
        final InetSocketAddress address;
        final String pool;
        boolean configured;
        int maxConnections;
        /** The limit of the next configuration, which holds a moment before the rest. */
        int nextMaxConnections;

        boolean backup;
        /** Whether found by a name: an address comes last while others of its name answer, and may be tried after retries. */
        boolean named;

        boolean isProbed;
        private boolean knocked;
        AdminState order = AdminState.READY;
        int failures;
        /** The most failures in a row in this turn. */
        private int mostFailures;

        private boolean ejected;
        /** Failed connects in a row, with nothing else between. */
        int refusals;

        /** When it came to be without a past; connects from before are another's. */
        private long bornNanos = Long.MIN_VALUE;

        private int probesInARow;
        private boolean lastProbe;
        private @Nullable Boolean up;

        Place(InetSocketAddress address, String pool) {
            this.address = address;
            this.pool = pool;
        }

        private void fail() {
            failures++;
            mostFailures = Math.max(mostFailures, failures);
        }

        boolean isDown() {
            return Boolean.FALSE.equals(up);
        }

        /** Whether nothing but an ejection or a limit speaks against it. */
        boolean mayServe() {
            return configured && order == AdminState.READY && !isDown();
        }
    }

    private final Map<InetSocketAddress, Place> places = new LinkedHashMap<>();
    private final List<Knock> answers = new ArrayList<>();
    private final List<Long> answeredNanos = new ArrayList<>();
    private final List<Long> lackNanos = new ArrayList<>();
    private final SimNames names;
    private final Rules rules;
    private final Trace trace;
    private Function<InetSocketAddress, @Nullable Backend> real = _ -> null;
    private ToIntFunction<InetSocketAddress> givenUp = _ -> 0;
    private boolean mayEjectAll;
    private int configurations;
    private long now;

    Roll(SimNames names, Rules rules, Trace trace) {
        this.names = names;
        this.rules = rules;
        this.trace = trace;
    }

    void at(long nanos) {
        now = nanos;
    }

    /**
     * Opens the way to usher's own view of a backend.
     *
     * @param sockets the number of sockets to an address that usher has given up and not closed yet
     */
    void sees(Function<InetSocketAddress, @Nullable Backend> backends, ToIntFunction<InetSocketAddress> sockets) {
        real = backends;
        givenUp = sockets;
    }

    /** A reload begins. */
    void awaits(UsherConfig next) {
        next.pools()
                .values()
                .forEach(pool -> byAddress(pool).forEach((address, backend) -> {
                    Place place = places.get(address);
                    if (place != null) {
                        place.nextMaxConnections = backend.maxConnections();
                    }
                }));
    }

    /** The configuration is in force, with the last answers for its names. */
    void configured(UsherConfig config) {
        configurations++;
        names.keepOnly(hosts(config));
        Set<Place> known =
                places.values().stream().filter(place -> place.configured).collect(Collectors.toSet());
        places.values().forEach(place -> place.configured = false);
        config.pools()
                .values()
                .forEach(pool -> byAddress(pool).forEach((address, backend) -> {
                    Place place = places.computeIfAbsent(address, at -> new Place(at, pool.name()));
                    place.configured = true;
                    place.maxConnections = backend.maxConnections();
                    place.nextMaxConnections = backend.maxConnections();
                    place.backup = backend.backup();
                    place.named = isNamed(backend);
                    place.isProbed = pool.healthCheck().type() != HealthCheckConfig.Type.NONE;
                    mayEjectAll = pool.ejection().maxEjectedPercent() == ALL;
                }));
        places.values().stream()
                .filter(place -> !place.configured || !known.contains(place))
                .forEach(this::forget);
    }

    /** The backends of a pool by their addresses; of two backends with an address the first counts. */
    private Map<InetSocketAddress, BackendConfig> byAddress(PoolConfig pool) {
        Map<InetSocketAddress, BackendConfig> found = new LinkedHashMap<>();
        for (BackendConfig backend : pool.backends()) {
            names.of((HostPort) backend.address()).forEach(address -> found.putIfAbsent(address, backend));
        }
        return found;
    }

    private static boolean isNamed(BackendConfig backend) {
        return !((HostPort) backend.address()).isIpLiteral();
    }

    private static Set<String> hosts(UsherConfig config) {
        return config.pools().values().stream()
                .flatMap(pool -> pool.backends().stream())
                .filter(Roll::isNamed)
                .map(backend -> ((HostPort) backend.address()).host())
                .collect(Collectors.toSet());
    }

    /** A backend that was removed comes back without a past; sessions of then may fail there in between. */
    private void forget(Place place) {
        place.bornNanos = place.knocked ? now : place.bornNanos;
        place.order = AdminState.READY;
        place.failures = 0;
        place.refusals = 0;
        place.up = null;
        place.probesInARow = 0;
        place.lastProbe = false;
    }

    List<Place> places() {
        return List.copyOf(places.values());
    }

    Place place(InetSocketAddress address) {
        return Objects.requireNonNull(places.get(address));
    }

    // ---- sessions ----

    void knocks(InetSocketAddress address) {
        Place place = place(address);
        rules.check(place.configured, "a session was led to a removed backend");
        rules.check(place.order == AdminState.READY, () -> "a session was led to a backend in state " + place.order);
        rules.check(!place.isDown(), "a session was led to a backend that is down");
        Backend backend = real.apply(address);
        rules.check(backend == null || backend.state().serves(), "a session was led to a backend that does not serve");
        rules.check(
                !place.backup || place.named || !lackNanos.isEmpty() || !couldServe(place.pool, Roll::isFreshPrimary),
                "a backup serves beside a primary");
        place.knocked = true;
    }

    /** A primary that no session has tried. */
    private static boolean isFreshPrimary(Place place) {
        return !place.backup && !place.knocked && !place.named;
    }

    /** The keeper has come by, and may have readmitted a backend without a report. */
    void kept() {
        places.values().forEach(place -> place.refusals = 0);
    }

    /** A full row of failed connects ejects at once, and nothing less does. */
    void checkRows() {
        for (Place place : places.values()) {
            Backend backend = real.apply(place.address);
            boolean is = backend != null;
            rules.check(
                    is == place.configured,
                    () -> place.address + (is ? " stays" : " is missing") + " among the backends");
            if (backend != null) {
                checkRow(place, backend);
            }
            place.mostFailures = place.failures;
        }
    }

    private void checkRow(Place place, Backend backend) {
        boolean out = backend.health() == BackendState.EJECTED;
        boolean due = mayEjectAll && place.refusals >= FAILURES;
        rules.check(
                !due || out || backend.health() == BackendState.DOWN,
                () -> place.address + " stays after " + place.refusals + " failures");
        int failures = place.mostFailures + givenUp.applyAsInt(place.address);
        rules.check(
                !out || place.ejected || failures >= FAILURES,
                () -> place.address + " is ejected after " + failures + " failures");
        // a session goes by the pool of its start, which may have had more backends: the keeper corrects that
        if (out && !place.ejected && !mayEjectAll && configurations == 1) {
            checkSpared(place.pool);
        }
        place.ejected = out || backend.health() == BackendState.DOWN; // a backend that is down may be ejected unseen
    }

    /** Half of a pool stays, and never less than one backend. */
    private void checkSpared(String pool) {
        int all = 0;
        int out = 0;
        for (Place place : places.values()) {
            Backend backend = place.pool.equals(pool) && place.configured ? real.apply(place.address) : null;
            all += backend == null ? 0 : 1;
            out += backend != null && backend.health() == BackendState.EJECTED ? 1 : 0;
        }
        rules.check(out <= all / 2, "too many backends of a pool are ejected");
    }

    void answered(Knock knock) {
        answers.add(knock);
        answeredNanos.add(now);
        boolean failed = knock.answer() == Knock.Answer.REFUSED || knock.answer() == Knock.Answer.UNREACHABLE;
        Place place = place(knock.address());
        if (failed) {
            place.fail();
            place.refusals += knock.begunNanos() > place.bornNanos ? 1 : 0;
        }
    }

    /** A connect without an answer, or a connection without one: may count as a failure. */
    void mayHaveFailed(InetSocketAddress address) {
        place(address).fail();
    }

    void lacksSocket() {
        lackNanos.add(now);
    }

    /** Whether a socket was lacking since then. */
    boolean lackedSocket(String pool, long since) {
        return lackNanos.stream().anyMatch(at -> at >= since) || answeredSince(pool, Knock.Answer.NO_PORT, since);
    }

    boolean answeredSince(String pool, Knock.Answer answer, long since) {
        for (int i = answers.size() - 1; i >= 0 && answeredNanos.get(i) >= since; i--) {
            if (answers.get(i).answer() == answer
                    && place(answers.get(i).address()).pool.equals(pool)) {
                return true;
            }
        }
        return false;
    }

    /** Usher has read so many bytes of a backend; the first tell whether the backend is well. */
    void heard(Call call, int count) {
        Place place = place(call.answer.machine.address);
        place.refusals = 0;
        boolean first = call.heard() > 0 && call.heard() <= count;
        boolean clear = count >= Fits.ALERT_BYTES || call.answer.machine.speaksFirst();
        if (call.answer.fate == SimAnswer.Fate.IS_FAULTY) {
            place.fail();
        } else if (first && clear) {
            place.failures = 0;
        }
    }

    // ---- orders, probes ----

    void probed(Place place, boolean success) {
        place.probesInARow = success == place.lastProbe ? place.probesInARow + 1 : 1;
        place.lastProbe = success;
        int needed = place.up == null ? 1 : success ? RISE : FALL;
        if (place.probesInARow >= needed) {
            place.up = success;
        }
    }

    // ---- reports ----

    @Override
    public void onBackend(Pool pool, Backend backend, BackendState before, BackendState after) {
        trace.note(backend.name(), after.word());
        Place place = places.get((InetSocketAddress) backend.address());
        if (place != null) { // null before the first configuration with it is in force
            place.refusals = 0;
            place.failures = before == BackendState.EJECTED ? 0 : place.failures;
        }
    }

    @Override
    public void onPool(Pool pool, int serving) {
        trace.note(pool.name(), "serves with", serving);
    }

    /** Whether a backend of the pool could have taken a session. */
    boolean couldServe(String pool) {
        return couldServe(pool, _ -> true);
    }

    private boolean couldServe(String pool, Predicate<Place> wanted) {
        for (Place place : places.values()) {
            Backend backend = real.apply(place.address);
            boolean well = place.pool.equals(pool) && wanted.test(place) && place.mayServe();
            if (well && backend != null && backend.state() != BackendState.EJECTED && hasRoom(place, backend)) {
                return true;
            }
        }
        return false;
    }

    /** The places of a pool, for a message. */
    String shown(String pool) {
        StringBuilder shown = new StringBuilder();
        for (Place place : places.values()) {
            Backend backend = real.apply(place.address);
            if (place.pool.equals(pool)) {
                shown.append(' ').append(place.address).append(place.mayServe() ? " may serve" : " may not serve");
                if (backend != null) {
                    shown.append(", is ")
                            .append(backend.state())
                            .append(" with ")
                            .append(backend.open());
                }
                shown.append(" of ").append(place.maxConnections).append(';');
            }
        }
        return shown.toString();
    }

    private static boolean hasRoom(Place place, Backend backend) {
        return hasRoom(place.maxConnections, backend) && hasRoom(place.nextMaxConnections, backend);
    }

    private static boolean hasRoom(int most, Backend backend) {
        return most == 0 || backend.open() < most;
    }
}
