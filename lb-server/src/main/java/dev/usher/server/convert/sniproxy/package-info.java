/** sniproxy's configuration: listeners, and tables of expressions with targets. */
@org.jspecify.annotations.NullMarked
package dev.usher.server.convert.sniproxy;
