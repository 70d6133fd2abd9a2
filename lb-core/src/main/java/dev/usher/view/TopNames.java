package dev.usher.view;

import java.util.List;

/**
 * The server names that clients ask for most.
 *
 * @param known exact number of hellos with a name of a route
 * @param unknown exact number of hellos with a name of no route
 * @param capacity names of each kind that a worker remembers
 * @param names by number of requests, the highest first
 */
public record TopNames(long known, long unknown, int capacity, List<NameCount> names) {
    public TopNames {
        names = List.copyOf(names);
    }
}
