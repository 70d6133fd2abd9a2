/** What people look at: the files of the dashboard, and the page that needs no script. */
@org.jspecify.annotations.NullMarked
package dev.usher.admin.web;
