package dev.usher.view;

import java.util.List;

/**
 * The server names that clients ask for most.
 *
 * @param known hellos for a name with a route, exactly
 * @param unknown hellos for a name without, exactly
 * @param capacity names of each kind that a worker remembers
 * @param names the most asked for first
 */
public record TopNames(long known, long unknown, int capacity, List<NameCount> names) {
    public TopNames {
        names = List.copyOf(names);
    }
}
