package dev.usher.view;

import dev.usher.pool.BackendState;
import org.jspecify.annotations.Nullable;

/**
 * A backend of the pool that an explanation ends at.
 *
 * @param state null where it is not known: a file was asked, and not a running usher
 * @param takesSessions whether the session may go to it
 * @param text why it may be chosen or not
 */
public record Candidate(String address, @Nullable BackendState state, boolean takesSessions, String text) {}
