package dev.usher.relay;

import dev.usher.login.Passwords;
import dev.usher.login.UserCheck;
import dev.usher.opening.Openings;
import dev.usher.time.Clock;
import java.util.random.RandomGenerator;

/**
 * The state shared by the workers.
 *
 * @param run the prefix of every session name of this process
 * @param room open connections, of every listener together
 * @param own connections to backends
 * @param users checks users of forward proxies
 * @param hellos of sessions whose clients name the backend
 * @param openings the openings, by listener
 * @param draws random numbers
 */
public record SharedState(
        String run,
        Room room,
        ClientLimits clientLimits,
        OwnConnections own,
        UserCheck users,
        OpenHellos hellos,
        Openings openings,
        RandomGenerator draws) {
    /** Digits and lower-case letters: short, and safe in any log. */
    private static final int RADIX = 32;

    /** The state of a new process; a random prefix keeps names of sessions unique across restarts and machines. */
    public static SharedState of(int maxSessions, Clock clock, Passwords passwords, RandomGenerator draws) {
        String run = Long.toString(draws.nextLong(1L << 40), RADIX) + "-";
        return new SharedState(
                run,
                new Room(maxSessions, clock),
                new ClientLimits(clock, draws),
                new OwnConnections(),
                new UserCheck(passwords, clock),
                new OpenHellos(),
                Openings.BY_TYPE,
                draws);
    }

    /** The name of a session. */
    String cid(long id) {
        return run + Long.toString(id, RADIX);
    }

    /** The number behind a session's name; negative if no session of this process has such a name. */
    public long id(String cid) {
        try {
            return cid.startsWith(run) ? Long.parseLong(cid, run.length(), cid.length(), RADIX) : -1;
        } catch (NumberFormatException none) {
            return -1;
        }
    }
}
