/** From a server name to a pool. Immutable once built; a decision can say why it is what it is. */
@org.jspecify.annotations.NullMarked
package dev.usher.route;
