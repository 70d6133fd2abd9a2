package dev.usher.view;

import dev.usher.pool.BackendState;
import org.jspecify.annotations.Nullable;

/**
 * A backend of the pool at the end of an explanation.
 *
 * @param state null if unknown: the explanation is for a file, not for a running usher
 * @param takesSessions whether the session may go to this backend
 * @param text reason for the backend's availability, in words
 */
public record Candidate(String address, @Nullable BackendState state, boolean takesSessions, String text) {}
