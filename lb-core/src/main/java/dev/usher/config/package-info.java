/**
 * The whole configuration as records. Each is checked in its compact constructor, so an instance that exists is valid,
 * and immutable: a reload builds a new one and swaps it in.
 *
 * <p>No parser lives here, and no socket: addresses are text and bytes.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.config;
