package dev.usher.admin.api;

/** How many connections a request has closed, as the API writes it. */
record ClosedCount(int closed) {}
