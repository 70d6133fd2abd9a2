/** Host names in the one form in which they are compared, whatever protocol they came in. */
@org.jspecify.annotations.NullMarked
package dev.usher.name;
