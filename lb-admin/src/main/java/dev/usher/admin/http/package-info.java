/** What every request passes before it is answered: limits, headers, Host, origin, token; and how answers are written. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.http;
