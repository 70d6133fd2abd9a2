/**
 * What happens now, once a second: sampled by one thread, kept for 15 minutes, and streamed to whoever looks. The cost does
 * not grow with the number of those who look, but for the bytes that each is sent.
 */
@NullMarked
package dev.usher.admin.live;

import org.jspecify.annotations.NullMarked;
