/** Pages for people: the files of the dashboard, and the page without scripts. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.web;
