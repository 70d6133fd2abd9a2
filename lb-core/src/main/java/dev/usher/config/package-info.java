/**
 * The whole configuration as records. Each record is checked in its compact constructor, so every instance is valid and
 * immutable: a reload builds a new configuration and swaps it in.
 *
 * <p>No parser lives here, and no socket: addresses are text and bytes.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.config;
