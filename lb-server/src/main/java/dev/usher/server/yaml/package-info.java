/**
 * The configuration file: from YAML to the records of {@code dev.usher.config}, with every fault of a reading at its
 * own place.
 *
 * <p>Path of a file: bytes, parser events, {@link dev.usher.server.yaml.Item} tree with places (aliases, merges and
 * substitutions resolved), readers that take the tree apart key by key, records. A reader notes a fault and goes on
 * with the default, and so finds the next fault. Records are made of valid values only.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.server.yaml;
