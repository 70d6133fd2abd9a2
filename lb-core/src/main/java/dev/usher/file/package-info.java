/** Files named by people, read within limits of size and time. */
@org.jspecify.annotations.NullMarked
package dev.usher.file;
