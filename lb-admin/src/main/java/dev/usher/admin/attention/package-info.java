/** The list of what needs attention, with what to do about each entry. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.attention;
