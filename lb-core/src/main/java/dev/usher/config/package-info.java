/**
 * The whole configuration as records. Each is checked in its compact constructor, so an instance that exists is valid,
 * and immutable: a reload builds a new one and swaps it in.
 *
 * <p>No parser lives here and no networking class is named here: the program reads its configuration before it decides
 * whether {@code java.net.preferIPv4Stack} is set, which the first load of {@code InetAddress} would settle.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.config;
