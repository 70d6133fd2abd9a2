/** Why a session ends, and what both sides get to see of it. */
@org.jspecify.annotations.NullMarked
package dev.usher.end;
