/**
 * Active health checks: connect, shake hands, ask. Each backend is probed by a virtual thread of its own, so that a slow
 * one delays no other.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.probe;
