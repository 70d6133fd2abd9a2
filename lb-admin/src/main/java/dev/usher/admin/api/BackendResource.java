package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.attention.PoolAttention;
import dev.usher.admin.http.Caller;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.WaysIn;
import dev.usher.config.AdminConfig.Role;
import dev.usher.config.BackendConfig;
import dev.usher.pool.AdminState;
import dev.usher.pool.Objection;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /pools/{pool}/backends/{address}}. */
public final class BackendResource {
    private static final double MAX_CLOSE_AFTER_SECONDS = Duration.ofDays(1).toSeconds();

    private final LoadBalancer balancer;

    public BackendResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    /** Changes to make; absent keys leave their value alone. */
    private record Change(
            @Nullable String adminState,
            @Nullable Integer weight,
            @Nullable Double closeAfterSeconds,
            @Nullable Boolean force) {}

    /** {@code GET}. */
    public Object get(Question question) {
        return BackendJson.of(balancer.looks().backend(question.path("pool"), question.path("address")));
    }

    /** {@code PATCH}. */
    public Object change(Question question) throws ProblemException {
        Change change = question.body(Change.class);
        AdminState state = adminState(change);
        Duration closeAfter = closeAfter(change, state);
        int weight = weight(change);
        if (state == null && change.weight() == null) {
            throw Problem.of(400, "the body must have admin_state or weight").exception();
        }
        String pool = question.path("pool");
        String address = question.path("address");
        String who = question.caller().text();
        if (state != null) {
            Objection objection = balancer.control()
                    .setAdminState(pool, address, state, who, closeAfter, heeded(question.caller(), change));
            if (objection != null) {
                throw refusal(objection, pool, address).exception();
            }
        }
        if (change.weight() != null) {
            balancer.control().setWeight(pool, address, weight, who);
        }
        return get(question);
    }

    /** The group of the control socket must not undo an act of the owner. */
    private static Set<Objection> heeded(Caller caller, Change change) {
        Set<Objection> heeded = EnumSet.noneOf(Objection.class);
        if (!Boolean.TRUE.equals(change.force())) {
            heeded.add(Objection.LAST);
        }
        if (caller.local() && caller.role() != Role.ADMIN) {
            heeded.add(Objection.DISABLED);
        }
        return heeded;
    }

    private Problem refusal(Objection objection, String pool, String address) {
        return switch (objection) {
            case LAST ->
                Problem.of(
                        409,
                        address + " is the last backend of pool " + pool + " that takes sessions; without it "
                                + PoolAttention.whatClientsSee(
                                        WaysIn.byPool(balancer.looks().config()).getOrDefault(pool, WaysIn.NONE))
                                + ". Repeat with force: true to do it anyway");
            case DISABLED ->
                Problem.of(403, address + " is disabled: enabling it is for the user that usher runs as, and root");
        };
    }

    private static @Nullable AdminState adminState(Change change) throws ProblemException {
        if (change.adminState() == null) {
            return null;
        }
        try {
            return AdminState.valueOf(change.adminState().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException other) {
            throw Problem.of(400, "admin_state must be ready, drain or disabled")
                    .exception();
        }
    }

    private static int weight(Change change) throws ProblemException {
        int weight = change.weight() == null ? 0 : change.weight();
        if (weight < 0 || weight > BackendConfig.WEIGHT.max()) {
            throw Problem.of(
                            400,
                            "weight must be from 0 to " + BackendConfig.WEIGHT.max()
                                    + "; 0 returns to the configured weight")
                    .exception();
        }
        return weight;
    }

    private static @Nullable Duration closeAfter(Change change, @Nullable AdminState state) throws ProblemException {
        Double seconds = change.closeAfterSeconds();
        if (seconds == null) {
            return null;
        }
        if (state == null || state == AdminState.READY) {
            throw Problem.of(400, "close_after_seconds goes with admin_state drain or disabled")
                    .exception();
        }
        if (!(seconds >= 0 && seconds <= MAX_CLOSE_AFTER_SECONDS)) {
            throw Problem.of(400, "close_after_seconds must be from 0 to a day").exception();
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    /** {@code DELETE …/connections}. */
    public Object closeConnections(Question question) throws IOException {
        return new ClosedCount(balancer.control()
                .closeSessionsOf(
                        question.path("pool"),
                        question.path("address"),
                        question.caller().text()));
    }
}
