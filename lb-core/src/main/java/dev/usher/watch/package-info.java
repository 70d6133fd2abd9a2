/** What people should know, noticed off the data path: limits being hit, failing sessions, certificates, failing tasks. */
@org.jspecify.annotations.NullMarked
package dev.usher.watch;
