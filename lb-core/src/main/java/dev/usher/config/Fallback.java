package dev.usher.config;

import org.jspecify.annotations.Nullable;

/**
 * The treatment of a hello without a matching route.
 *
 * @param target not null exactly for {@link Action#POOL}
 * @param http the treatment of HTTP requests without TLS; null refuses requests, since a redirect would lead anywhere
 */
public record Fallback(
        Action action, @Nullable Target target, @Nullable HttpRule http) {
    /** The three treatments. */
    public enum Action {
        /** Send the TLS alert that the RFC has for the case, then close. */
        REJECT,
        /** Close without a word. */
        CLOSE,
        /** Serve from a pool. */
        POOL
    }

    public static final Fallback REJECT = new Fallback(Action.REJECT, null, null);
    public static final Fallback CLOSE = new Fallback(Action.CLOSE, null, null);

    public Fallback {
        Check.present(action, "action");
        Check.that((action == Action.POOL) == (target != null), "a pool belongs to action pool, and to no other");
        Check.that(http == null || target != null, "http needs a pool");
        Check.that(
                http == null || http.action() == HttpRule.Action.FORWARD,
                "http of a default must be forward: a redirect for any name would lead anywhere");
    }

    /** Serve from the pool with this name. */
    public static Fallback pool(String name) {
        return to(Target.of(name));
    }

    public static Fallback to(Target target) {
        return new Fallback(Action.POOL, target, null);
    }

    public Fallback withHttp(HttpRule http) {
        return new Fallback(action, target, http);
    }

    /** The pool, conditions apart; null for a refusal. */
    public @Nullable String pool() {
        return target == null ? null : target.pool();
    }

    /** The treatment, for people: {@code reject}, {@code close}, or the target. */
    @Override
    public String toString() {
        return (target == null ? Spelling.of(action) : target) + (http == null ? "" : ", http " + http);
    }
}
