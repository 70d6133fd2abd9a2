/**
 * {@code usher convert}: configurations of other programs, turned into usher's YAML.
 *
 * <p>Path of a file: text, statements by a small parser for each peer, a {@link dev.usher.server.convert.draft.Draft}
 * common to every peer, records of {@code dev.usher.config}, YAML. A reader takes each statement over, or makes a {@link
 * dev.usher.server.convert.draft.Remark} with line and reason.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.convert;
