/** From a server name to a pool. Immutable once built; each decision can be explained. */
@org.jspecify.annotations.NullMarked
package dev.usher.route;
