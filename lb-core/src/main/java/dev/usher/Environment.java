package dev.usher;

import dev.usher.background.Background;
import dev.usher.descriptor.GivenSockets;
import dev.usher.login.Passwords;
import dev.usher.loop.Network;
import dev.usher.pool.Draws;
import dev.usher.relay.SessionLog;
import dev.usher.time.Clock;
import java.nio.channels.spi.SelectorProvider;
import java.util.random.RandomGenerator;

/**
 * The environment of a load balancer.
 *
 * @param provider makes selectors and channels
 * @param log is told of every ended session
 * @param maxSessions upper bound of connections, from the limit of descriptors, two for each connection. At the
 * bound accepting pauses, whatever the configuration says: a connection without a descriptor for its backend could
 * only be refused
 * @param besideAnother whether another process of this user still listens on the same addresses
 * @param given listening sockets that another process has opened for this process
 * @param passwords compares passwords with hashes
 * @param background collects failures of tasks
 * @param draws random numbers for decisions
 */
public record Environment(
        SelectorProvider provider,
        Clock clock,
        SessionLog log,
        int maxSessions,
        boolean besideAnother,
        GivenSockets given,
        Passwords passwords,
        Background background,
        RandomGenerator draws) {
    /** An environment with background tasks of its own. */
    public Environment(SelectorProvider provider, Clock clock, SessionLog log, int maxSessions) {
        this(
                provider,
                clock,
                log,
                maxSessions,
                false,
                GivenSockets.NONE,
                Passwords.NONE,
                new Background(clock),
                Draws.OF_THREADS);
    }

    /** The machine's own network and clock. */
    public static Environment of(SessionLog log, int maxSessions) {
        return of(Network.fastest(), log, maxSessions, new Background(Clock.SYSTEM));
    }

    /** A network of this machine, and its clock. */
    public static Environment of(Network network, SessionLog log, int maxSessions, Background background) {
        return new Environment(
                network.provider(),
                Clock.SYSTEM,
                log,
                maxSessions,
                false,
                GivenSockets.NONE,
                Passwords.NONE,
                background,
                Draws.OF_THREADS);
    }

    /** The same environment, for a process that replaces another; the other listens until this process does. */
    public Environment beside() {
        return new Environment(provider, clock, log, maxSessions, true, given, passwords, background, draws);
    }

    /** The same environment, with listening sockets that another process has opened. */
    public Environment withSockets(GivenSockets sockets) {
        return new Environment(provider, clock, log, maxSessions, besideAnother, sockets, passwords, background, draws);
    }

    /** The same environment, with another way to compare passwords. */
    public Environment withPasswords(Passwords other) {
        return new Environment(provider, clock, log, maxSessions, besideAnother, given, other, background, draws);
    }
}
