/** Checks of every request before it is answered (limits, headers, Host, origin, token), and the format of answers. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.http;
