/** Host names in canonical form for comparison, whatever protocol carried the name. */
@org.jspecify.annotations.NullMarked
package dev.usher.name;
