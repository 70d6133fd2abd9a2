/**
 * One client connection and its backend connection, from accept to close. The one package that joins the others; all
 * of a session runs on the worker that accepted it.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.relay;
