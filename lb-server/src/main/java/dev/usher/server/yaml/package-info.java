/**
 * The configuration file: YAML to the records of {@code dev.usher.config}, with every fault of a run at its own place.
 *
 * <p>The way of a file: bytes, parser events, {@link dev.usher.server.yaml.Item} tree with places (aliases, merges and
 * substitution done), readers that take the tree apart key by key, records. A reader that meets a fault notes it, goes
 * on with the default, and so finds the next; records are made only of what is valid.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.yaml;
