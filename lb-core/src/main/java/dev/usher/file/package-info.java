/** Files that people have named, read within bounds of size and time. */
@org.jspecify.annotations.NullMarked
package dev.usher.file;
