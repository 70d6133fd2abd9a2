/**
 * How a running usher takes over a changed configuration. Whatever asks for it, there is one path: read, check, compare,
 * apply, report. Threads of its own, never a worker.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.reload;
