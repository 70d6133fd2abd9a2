/** Sources of names and backends beside the file. Loaded only where the file has {@code sources}. */
@NullMarked
package dev.usher.server.sources;

import org.jspecify.annotations.NullMarked;
