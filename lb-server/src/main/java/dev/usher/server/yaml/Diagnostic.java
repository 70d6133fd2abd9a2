package dev.usher.server.yaml;

import org.jspecify.annotations.Nullable;

/**
 * A fault of a file. Texts hold no secret.
 *
 * @param file as the user named it, or as it was found through an include
 * @param line from 1; 0 for a fault of the whole file
 * @param column from 1, in code points; 0 with line 0
 * @param length of the faulty text on its line; 0 with line 0
 * @param hint text to write instead, if a line of its own is needed for it
 * @param sourceLine the line as it stands in the file, with asterisks for secrets; for a long line, the part around the
 *     fault
 * @param sourceColumn column of the fault within {@code sourceLine}, from 1; 0 with line 0
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
