package dev.usher.server.yaml;

/**
 * A piece of one line of a file.
 *
 * @param line from 1
 * @param column from 1, in code points
 * @param length at least 1, in code points
 */
record Place(Source source, int line, int column, int length) {
    /** For example {@code conf.d/web.yaml:3:3}. */
    @Override
    public String toString() {
        return source.name() + ":" + line + ":" + column;
    }
}
