/** The program: command line, configuration file, logging, signals. Wires the other modules together. */
@org.jspecify.annotations.NullMarked
package dev.usher.server;
