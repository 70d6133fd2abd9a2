/** Differences between two configurations, in the terms of an operator: names, pools and backends, listeners, settings. */
@org.jspecify.annotations.NullMarked
package dev.usher.diff;
