/**
 * What the program writes: its own log to stderr, and the access log, one JSON object for each session that ended.
 * Nothing here makes a worker wait: what cannot be written in time is dropped and counted.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.log;
