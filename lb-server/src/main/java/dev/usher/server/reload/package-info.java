/**
 * Takes over a changed configuration in a running usher. Every trigger leads to the same path: read, check, compare,
 * apply, report. Runs on threads of its own, never on a worker's.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.reload;
