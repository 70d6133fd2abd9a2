/** nginx's configuration: directives and blocks. Servers of {@code stream} can become usher's. */
@org.jspecify.annotations.NullMarked
package dev.usher.server.convert.nginx;
