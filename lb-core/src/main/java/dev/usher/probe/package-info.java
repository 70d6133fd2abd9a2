/**
 * Active health checks: connect, shake hands, ask. Each backend has its own virtual thread, so that a slow backend
 * delays no other.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.probe;
