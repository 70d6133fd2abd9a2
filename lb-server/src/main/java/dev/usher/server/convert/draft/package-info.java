/** The draft that readers of every peer fill in, the remarks, and common tools of readers. */
@org.jspecify.annotations.NullMarked
package dev.usher.server.convert.draft;
