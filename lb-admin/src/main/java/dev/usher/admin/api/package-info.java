/** What {@code /api/v1} answers: a class for each resource, with the records that its answers are made of. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.api;
