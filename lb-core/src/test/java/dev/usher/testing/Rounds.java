package dev.usher.testing;

/** How much of a long row of inputs a test tries. */
public final class Rounds {
    private static final int PART = 10;

    private Rounds() {}

    /** All with {@code -Dusher.thorough=true}, as {@code mvn -Pfull} sets it; else a tenth. */
    public static int of(int all) {
        return isThorough() ? all : Math.max(1, all / PART);
    }

    /** The distance between two places that are tried, by the same rule. */
    public static int step(int least) {
        return isThorough() ? least : least * PART;
    }

    private static boolean isThorough() {
        return Boolean.getBoolean("usher.thorough");
    }
}
