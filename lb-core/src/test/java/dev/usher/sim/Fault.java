package dev.usher.sim;

/** The kinds of trouble in a world. Each world has about half of the kinds; a failing world is tried without each. */
enum Fault {
    SHORT_READS,
    SHORT_WRITES,
    /** Sockets that take few bytes. */
    SMALL_SOCKETS,
    /** Ready channels that are not reported in this turn. */
    LATE_READINESS,
    /** Channels reported as ready that are not. */
    SPURIOUS_READINESS,
    SLOW_WORKERS,
    CLIENT_RESETS,
    CLIENT_STALLS,
    /** A client without a sign of life: its machine has lost power. */
    CLIENT_VANISHES,
    BAD_HELLOS,
    BACKEND_RESETS,
    BACKEND_STALLS,
    BACKEND_VANISHES,
    BACKEND_LEAVES_EARLY,
    BACKEND_ALERTS,
    BACKEND_SILENT,
    CONNECT_REFUSED,
    CONNECT_UNREACHABLE,
    CONNECT_SLOW,
    CONNECT_LOST,
    NO_DESCRIPTORS,
    NO_PORTS,
    SCARCE_BUFFERS,
    PROBES,
    ORDERS,
    KILLS,
    RELOADS,
    /** Pools by names, with answers that change. Drawn apart, after all others. */
    NAMES
}
