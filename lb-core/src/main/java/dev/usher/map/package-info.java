/**
 * The map of a configuration: names lead to pools, pools to backends. As a record, as text and as a picture; pure
 * functions over records, the same for a file and for a running usher.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.map;
