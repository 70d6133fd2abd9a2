package dev.usher.admin.subject;

/**
 * Counts of access log lines that are not written.
 *
 * @param dropped lines lost so far: the queue was full, or the output was stuck until the end
 * @param waiting lines in the queue for a stuck output
 */
public record AccessLogLines(long dropped, long waiting) {
    /** For a process without an access log. */
    public static final AccessLogLines NONE = new AccessLogLines(0, 0);
}
