package dev.usher.map;

import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.More;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.NameMap.Way;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a map to a size for the eye. Places with a fault stay first, then the busiest; the chosen places keep their
 * order, and the rest becomes a number with its traffic.
 *
 * @param rows names or backends of the whole map, whichever are more
 * @param perPool names, and backends, of a pool
 */
public record MapCut(int rows, int perPool, Flow.Measure measure) {
    /** Makes the smaller map. */
    public NameMap of(NameMap map) {
        List<Group> cut = map.groups().stream().map(this::of).toList();
        Set<Group> kept = new HashSet<>();
        int room = rows;
        for (Group group : worstFirst(cut, Group::flow, MapCut::needsALook)) {
            room -= height(group);
            if (room >= 0 || kept.isEmpty()) {
                kept.add(group);
            }
        }
        return new NameMap(
                map.listeners(),
                cut.stream().filter(kept::contains).toList(),
                map.refusals(),
                more(cut, kept, Group::flow, MapCut::needsALook));
    }

    private static int height(Group group) {
        return Math.max(group.ways().size(), group.backends().size()) + 1;
    }

    private Group of(Group group) {
        Set<Way> ways = first(group.ways(), Way::flow, _ -> false);
        Set<Stop> stops = first(group.backends(), Stop::flow, MapCut::needsALook);
        return new Group(
                group.pool(),
                group.named(),
                group.settings(),
                group.standing(),
                group.ways().stream().filter(ways::contains).toList(),
                more(group.ways(), ways, Way::flow, _ -> false),
                group.backends().stream().filter(stops::contains).toList(),
                more(group.backends(), stops, Stop::flow, MapCut::needsALook));
    }

    private <T> Set<T> first(List<T> places, Function<T, Flow> flow, Predicate<T> needsALook) {
        return new HashSet<>(worstFirst(places, flow, needsALook).subList(0, Math.min(perPool, places.size())));
    }

    private <T> List<T> worstFirst(List<T> places, Function<T, Flow> flow, Predicate<T> needsALook) {
        List<T> sorted = new ArrayList<>(places);
        sorted.sort(Comparator.comparing((T place) -> !needsALook.test(place))
                .thenComparingDouble(place -> -flow.apply(place).of(measure)));
        return sorted;
    }

    private static boolean needsALook(Group group) {
        return group.standing().needsALook();
    }

    private static boolean needsALook(Stop stop) {
        return stop.standing().needsALook();
    }

    private static <T> @Nullable More more(
            Collection<T> all, Set<T> kept, Function<T, Flow> flow, Predicate<T> needsALook) {
        List<T> rest = all.stream().filter(place -> !kept.contains(place)).toList();
        return rest.isEmpty()
                ? null
                : new More(
                        rest.size(),
                        (int) rest.stream().filter(needsALook).count(),
                        rest.stream().map(flow).reduce(Flow.NONE, Flow::plus));
    }
}
