package dev.usher.server.yaml;

import org.jspecify.annotations.Nullable;

/**
 * One fault of a file. No text in it has a secret.
 *
 * @param file as the user named it, or as it was found through an include
 * @param line from 1; 0 when the fault is of the whole file
 * @param column from 1, in code points; 0 with line 0
 * @param length of the faulty text on its line; 0 with line 0
 * @param hint what to write instead, where that takes a line of its own
 * @param sourceLine the line as it stands in the file, secrets replaced by asterisks; of a long one, the part around the
 *     fault
 * @param sourceColumn where the fault begins in that, from 1; 0 with line 0
 */
public record Diagnostic(
        Severity severity,
        String file,
        int line,
        int column,
        int length,
        String message,
        @Nullable String hint,
        @Nullable String sourceLine,
        int sourceColumn) {}
