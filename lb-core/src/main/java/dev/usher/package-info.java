/** The only door to the data plane: start, watch, drain and close it. */
@org.jspecify.annotations.NullMarked
package dev.usher;
