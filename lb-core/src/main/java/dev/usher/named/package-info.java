/** Pools of the hosts that clients name: look-ups, the check of addresses, and answers kept for a while. */
@org.jspecify.annotations.NullMarked
package dev.usher.named;
