package dev.usher.server;

/** What the commands end with. Scripts and units depend on these. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    /** {@code diff}: the configurations are not the same. */
    static final int DIFFERENT = 1;
    /** The command line is wrong. */
    static final int USAGE = 2;
    /** {@code explain}: the name is served by {@code default_route}. */
    static final int DEFAULT_ROUTE = 3;
    /** {@code explain}: the name is refused. */
    static final int REFUSED = 4;
    /** {@code EX_CONFIG} of sysexits: a service manager knows that starting again is of no use. */
    static final int BAD_CONFIG = 78;

    private ExitCode() {}
}
