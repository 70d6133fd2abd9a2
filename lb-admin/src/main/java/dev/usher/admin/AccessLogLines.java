package dev.usher.admin;

/**
 * What became of lines of the access log that are not in it.
 *
 * @param dropped so far: their place was taken, or the output took nothing until the end
 * @param waiting now for an output that does not take them
 */
public record AccessLogLines(long dropped, long waiting) {
    /** Of a process that writes no access log. */
    public static final AccessLogLines NONE = new AccessLogLines(0, 0);
}
