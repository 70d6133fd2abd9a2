package dev.usher.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.map.Flow.Measure;
import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.NameMap.Way;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** At many routes: the busiest and whatever is not well. */
class MapCutTest {
    private static Group group(int index, Standing standing, double sessions) {
        return new Group(
                "pool" + index,
                true,
                "",
                standing,
                List.of(new Way("w" + index, "", new Flow(sessions, 0))),
                null,
                List.of(new Stop("s" + index, "", standing, "", new Flow(sessions, 0))),
                null);
    }

    private static NameMap map(Group... groups) {
        return new NameMap(List.of(), List.of(groups), List.of(), null);
    }

    private static List<String> pools(NameMap map) {
        return map.groups().stream().map(Group::pool).toList();
    }

    @Test
    void aSmallMapStaysWhole() {
        NameMap small = map(group(0, Standing.UP, 1), group(1, Standing.DOWN, 0));
        assertEquals(small, new MapCut(60, 8, Measure.SESSIONS).of(small));
    }

    @Test
    void poolsWithAFaultStayAndThenTheBusiest() {
        NameMap cut = new MapCut(6, 8, Measure.SESSIONS)
                .of(map(
                        group(0, Standing.UP, 1),
                        group(1, Standing.UP, 5),
                        group(2, Standing.DOWN, 0),
                        group(3, Standing.UP, 2),
                        group(4, Standing.UP, 9)));
        assertEquals(List.of("pool1", "pool2", "pool4"), pools(cut), "in the order of the file");
        assertNotNull(cut.more());
        assertEquals(2, cut.more().count());
        assertEquals(3, cut.more().flow().sessionsPerSecond());
    }

    @Test
    void faultsBeyondTheRoomAreCounted() {
        NameMap cut = new MapCut(4, 8, Measure.SESSIONS)
                .of(map(
                        group(0, Standing.DOWN, 1),
                        group(1, Standing.DOWN, 5),
                        group(2, Standing.DOWN, 0),
                        group(3, Standing.UP, 9)));
        assertEquals(List.of("pool0", "pool1"), pools(cut));
        assertNotNull(cut.more());
        assertEquals(1, cut.more().faulty());
    }

    @Test
    void namesAndBackendsOfAPoolAreCutAsWell() {
        List<Way> ways = IntStream.range(0, 50)
                .mapToObj(i -> new Way("w" + i, "", new Flow(i, 0)))
                .toList();
        List<Stop> stops = IntStream.range(0, 10)
                .mapToObj(i -> new Stop("s" + i, "", i == 3 ? Standing.EJECTED : Standing.UP, "", new Flow(i, 0)))
                .toList();
        Group group = new MapCut(60, 2, Measure.SESSIONS)
                .of(map(new Group("web", true, "", Standing.DEGRADED, ways, null, stops, null)))
                .groups()
                .getFirst();
        assertEquals(List.of("w48", "w49"), group.ways().stream().map(Way::name).toList());
        assertNotNull(group.moreWays());
        assertEquals(48, group.moreWays().count());
        assertEquals(47 * 48 / 2, group.moreWays().flow().sessionsPerSecond());
        assertEquals(
                List.of("s3", "s9"),
                group.backends().stream().map(Stop::address).toList());
        assertNotNull(group.moreBackends());
        assertEquals(8, group.moreBackends().count());
    }

    @Test
    void theMeasureDecidesWhatIsBusy() {
        Way chatty = new Way("chatty", "", new Flow(9, 1));
        Way bulky = new Way("bulky", "", new Flow(1, 9));
        NameMap map = map(new Group("web", true, "", Standing.UP, List.of(chatty, bulky), null, List.of(), null));
        assertEquals(
                List.of(chatty),
                new MapCut(60, 1, Measure.SESSIONS).of(map).groups().getFirst().ways());
        assertEquals(
                List.of(bulky),
                new MapCut(60, 1, Measure.BYTES).of(map).groups().getFirst().ways());
        assertNull(new MapCut(60, 2, Measure.BYTES).of(map).groups().getFirst().moreWays());
    }
}
