/** Runs usher under a little of everything that it does, so that the JVM records which code to load and compile first. */
@org.jspecify.annotations.NullMarked
package dev.usher.server.train;
