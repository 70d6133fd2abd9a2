package dev.usher.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.map.Flow.Measure;
import dev.usher.map.MapPicture.Band;
import dev.usher.map.MapPicture.Box;
import dev.usher.map.MapPicture.Kind;
import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.More;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.NameMap.Way;
import java.io.StringReader;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** From data to shapes. */
class MapPictureTest {
    private static Way way(String name, double sessions) {
        return new Way(name, "", new Flow(sessions, sessions * 1000));
    }

    private static Stop stop(String address, Standing standing, double sessions) {
        return new Stop(address, "", standing, "", new Flow(sessions, sessions * 10));
    }

    private static Group group(String pool, List<Way> ways, List<Stop> stops) {
        return new Group(pool, true, "round-robin, tcp probes", Standing.UP, ways, null, stops, null);
    }

    private static NameMap map(Group... groups) {
        return new NameMap(List.of(), List.of(groups), List.of(), null);
    }

    private static List<Double> widths(MapPicture picture) {
        return picture.bands().stream().map(Band::width).toList();
    }

    @Test
    void bandsAreAsWideAsTheirTraffic() {
        NameMap map = map(group(
                "web",
                List.of(way("a.example", 30), way("b.example", 10)),
                List.of(stop("10.0.0.1:443", Standing.UP, 40), stop("10.0.0.2:443", Standing.DOWN, 0))));
        assertEquals(List.of(16.9, 6.6, 22.0, 1.5), widths(MapPicture.of(map, Measure.SESSIONS)));
        assertEquals(List.of(22.0, 8.3, 1.8, 1.5), widths(MapPicture.of(map, Measure.BYTES)));
        assertEquals(
                List.of(true, true, true, false),
                MapPicture.of(map, Measure.SESSIONS).bands().stream()
                        .map(Band::flows)
                        .toList());
    }

    @Test
    void withoutTrafficAllBandsAreThin() {
        MapPicture picture = MapPicture.of(
                map(group("web", List.of(way("a.example", 0)), List.of(stop("10.0.0.1:443", Standing.UP, 0)))),
                Measure.BYTES);
        assertEquals(List.of(1.5, 1.5), widths(picture));
    }

    @Test
    void bandsHaveTheStateOfTheirBackend() {
        MapPicture picture = MapPicture.of(
                map(group(
                        "web",
                        List.of(way("a.example", 0)),
                        List.of(stop("10.0.0.1:443", Standing.DRAINING, 1), stop("10.0.0.2:443", Standing.DOWN, 1)))),
                Measure.SESSIONS);
        assertEquals(
                List.of(Standing.UP, Standing.DRAINING, Standing.DOWN),
                picture.bands().stream().map(Band::standing).toList());
    }

    @Test
    void boxesOfOneColumnNeverOverlapAndBandsEndWithinTheirBoxes() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            MapPicture picture = MapPicture.of(anyMap(random), Measure.SESSIONS);
            for (Kind kind : Kind.values()) {
                int bottom = 0;
                for (Box box : picture.boxes().stream()
                        .filter(box -> box.kind() == kind)
                        .toList()) {
                    assertTrue(box.y() >= bottom, () -> kind + " overlaps at " + box);
                    bottom = box.y() + box.height();
                }
                int last = bottom;
                assertTrue(last <= picture.height(), () -> kind + " ends below the picture: " + last);
            }
            picture.bands().forEach(band -> assertEndsInBoxes(band, picture));
        }
    }

    private static void assertEndsInBoxes(Band band, MapPicture picture) {
        double half = band.width() / 2;
        assertTrue(
                picture.boxes().stream()
                        .anyMatch(box -> box.x() + box.width() == band.fromX()
                                && box.y() <= band.fromY() - half + 0.1
                                && box.y() + box.height() >= band.fromY() + half - 0.1),
                () -> "begins at no box: " + band);
        assertTrue(
                picture.boxes().stream()
                        .anyMatch(box -> box.x() == band.toX()
                                && box.y() <= band.toY() - half + 0.1
                                && box.y() + box.height() >= band.toY() + half - 0.1),
                () -> "ends at no box: " + band);
    }

    private static NameMap anyMap(Random random) {
        return map(IntStream.range(0, random.nextInt(5))
                .mapToObj(i -> new Group(
                        "pool" + i,
                        random.nextBoolean(),
                        "first, no probes",
                        Standing.UP,
                        IntStream.range(0, random.nextInt(7))
                                .mapToObj(w -> way("w" + w, random.nextInt(50)))
                                .toList(),
                        random.nextBoolean() ? new More(3, 0, new Flow(random.nextInt(50), 0)) : null,
                        IntStream.range(0, 1 + random.nextInt(7))
                                .mapToObj(s -> stop("s" + s, Standing.UP, random.nextInt(50)))
                                .toList(),
                        random.nextBoolean() ? new More(9, 0, Flow.NONE) : null))
                .toArray(Group[]::new));
    }

    @Test
    void leftOutPlacesHaveOneBoxWithTheirTraffic() {
        MapPicture picture = MapPicture.of(
                map(new Group(
                        "web",
                        true,
                        "",
                        Standing.UP,
                        List.of(way("a.example", 1)),
                        new More(41, 0, new Flow(7, 0)),
                        List.of(stop("10.0.0.1:443", Standing.UP, 8)),
                        null)),
                Measure.SESSIONS);
        Box more = picture.boxes().get(2);
        assertEquals("41 more", more.label());
        assertEquals(7, more.flow().sessionsPerSecond());
    }

    @Test
    void svgIsWellFormedWhateverTheNames() throws Exception {
        String hostile = "</text><script>alert(\"1\")</script>&amp;\u0007\u202e\ud800\uffff";
        MapPicture picture = MapPicture.of(
                map(
                        group(hostile, List.of(way(hostile, 1)), List.of(stop(hostile, Standing.UP, 1))),
                        new Group("x", false, hostile, Standing.UP, List.of(), null, List.of(), null)),
                Measure.SESSIONS);
        String svg = MapSvg.of(picture, hostile);
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertFalse(svg.contains("<script"), svg);
        assertFalse(svg.contains("\u202e"), svg);
    }
}
