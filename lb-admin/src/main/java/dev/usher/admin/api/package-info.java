/** {@code /api/v1}: a class for each resource, with the records of its answers. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.api;
