package dev.usher.admin.api;

/** Number of connections that a request has closed. */
record ClosedCount(int closed) {}
