/** What is known of reloads, and the way to ask for a reload. */
@org.jspecify.annotations.NullMarked
package dev.usher.reload;
