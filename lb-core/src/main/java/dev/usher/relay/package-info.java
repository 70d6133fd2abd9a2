/**
 * The relay of a client connection and its backend connection, from accept to close. The only package that joins the
 * others; a session runs on the worker that accepted it.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.relay;
