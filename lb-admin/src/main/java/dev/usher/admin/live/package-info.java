/**
 * Live figures: sampled once a second by one thread, kept for 15 minutes, and streamed to dashboards. The number of
 * clients adds only the bytes sent to each.
 */
@NullMarked
package dev.usher.admin.live;

import org.jspecify.annotations.NullMarked;
