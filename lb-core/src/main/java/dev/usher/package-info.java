/** The one door to the data plane: start it, look at it, drain it, close it. */
@org.jspecify.annotations.NullMarked
package dev.usher;
