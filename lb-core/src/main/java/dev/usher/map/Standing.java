package dev.usher.map;

/** The state of a place on the map, the worst last. */
public enum Standing {
    /** The map is of a file, and a file has no state. */
    UNKNOWN,
    UP,
    UNPROBED,
    DISABLED,
    DRAINING,
    /** Serves with a fault: sessions fail, or a part of the backends takes no sessions. */
    DEGRADED,
    EJECTED,
    DOWN;

    /** Whether the place belongs on the map however little traffic there is. */
    public boolean needsALook() {
        return compareTo(UNPROBED) > 0;
    }
}
