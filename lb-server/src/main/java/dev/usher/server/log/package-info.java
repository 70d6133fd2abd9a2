/**
 * Logs of the program: its own log to stderr, and the access log, one JSON object for each ended session. No logging
 * makes a worker wait: lines that cannot be written in time are dropped and counted.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.log;
