/** Look-ups of names, by the system or by name servers of the configuration. Blocks; not for workers. */
@org.jspecify.annotations.NullMarked
package dev.usher.resolve;
