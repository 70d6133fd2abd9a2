package dev.usher.server;

/** Exit codes of the commands. Scripts and units depend on them. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    /** {@code diff}: the configurations differ. */
    static final int DIFFERENT = 1;
    /** The command line is wrong. */
    static final int USAGE = 2;
    /** {@code explain}: the name is served by {@code default_route}. */
    static final int DEFAULT_ROUTE = 3;
    /** {@code convert}: a configuration was made, without every line of the other program's. */
    static final int LEFT_OUT = 3;
    /** {@code explain}: the name is refused. */
    static final int REFUSED = 4;
    /** {@code EX_CONFIG} of sysexits: tells a service manager that a restart is useless. */
    static final int BAD_CONFIG = 78;

    private ExitCode() {}
}
