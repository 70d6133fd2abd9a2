/** Reasons for the end of a session, and the ending visible to both sides. */
@org.jspecify.annotations.NullMarked
package dev.usher.end;
