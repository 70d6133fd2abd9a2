/** Events of interest to people: the last are kept, and each has a line in the log. */
@org.jspecify.annotations.NullMarked
package dev.usher.event;
