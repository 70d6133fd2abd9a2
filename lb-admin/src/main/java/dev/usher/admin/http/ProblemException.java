package dev.usher.admin.http;

/** A request that is answered with a {@link Problem}. */
public final class ProblemException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail(), null, false, false); // an answer, not a fault: no stack trace
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
