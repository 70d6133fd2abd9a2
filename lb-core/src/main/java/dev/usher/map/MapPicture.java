package dev.usher.map;

import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.More;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.NameMap.Way;
import java.util.ArrayList;
import java.util.List;

/**
 * The map as shapes: names at the left, pools in the middle, backends at the right, and a band for each
 * connection. Lengths are pixels at full size, from the upper left corner.
 *
 * @param boxes names, pools and backends
 * @param bands from names to pools, from pools to backends
 */
public record MapPicture(int width, int height, List<Box> boxes, List<Band> bands) {
    public static final int WIDTH = 1080;
    /** Height of a name or a backend. */
    public static final int BOX = 26;

    private static final int ROW = 32;
    private static final int GAP = 22;
    private static final int MARGIN = 6;
    private static final int NAMES = 0;
    private static final int NAMES_WIDTH = 340;
    private static final int POOLS = 440;
    private static final int POOLS_WIDTH = 210;
    private static final int BACKENDS = 750;
    private static final int BACKENDS_WIDTH = WIDTH - BACKENDS;
    /** Height of a pool with a name of its own: two lines. */
    private static final int POOL = 46;

    /** Width of a band without traffic. */
    private static final double THIN = 1.5;
    /** Width of the busiest band: as high as a box, so bands never overlap at a box. */
    private static final double THICK = BOX - 4;

    public MapPicture {
        boxes = List.copyOf(boxes);
        bands = List.copyOf(bands);
    }

    /** The column of a box. */
    public enum Kind {
        NAME,
        POOL,
        BACKEND
    }

    /**
     * A place.
     *
     * @param label first line, in full
     * @param note second line of a pool; else settings
     * @param pool the pool of the place
     */
    public record Box(
            Kind kind,
            int x,
            int y,
            int width,
            int height,
            String label,
            String note,
            String pool,
            Standing standing,
            Flow flow) {}

    /**
     * A band from a point at the right of a box to a point at the left of the next.
     *
     * @param width across, in pixels
     * @param flows whether there is traffic
     */
    public record Band(int fromX, double fromY, int toX, double toY, double width, boolean flows, Standing standing) {
        /** The middle of the band, in the words of SVG. */
        public String path() {
            int between = (fromX + toX) / 2;
            return "M%s %sC%s %s %s %s %s %s".formatted(fromX, fromY, between, fromY, between, toY, toX, toY);
        }
    }

    /** Draws a map; the same map makes the same picture. */
    public static MapPicture of(NameMap map, Flow.Measure measure) {
        return new Drawing(map, measure).draw();
    }

    /** A drawing under way. */
    private static final class Drawing {
        private final NameMap map;
        private final Flow.Measure measure;
        private final double scale;
        private final List<Box> boxes = new ArrayList<>();
        private final List<Band> bands = new ArrayList<>();
        private int top = MARGIN;

        Drawing(NameMap map, Flow.Measure measure) {
            this.map = map;
            this.measure = measure;
            double busiest = map.groups().stream()
                    .flatMap(group -> flows(group).stream())
                    .mapToDouble(flow -> flow.of(measure))
                    .max()
                    .orElse(0);
            this.scale = busiest > 0 ? (THICK - THIN) / busiest : 0;
        }

        private static List<Flow> flows(Group group) {
            List<Flow> flows = new ArrayList<>();
            ways(group).forEach(way -> flows.add(way.flow()));
            stops(group).forEach(stop -> flows.add(stop.flow()));
            return flows;
        }

        /** Ways of a group; left out ways as the last. */
        private static List<Way> ways(Group group) {
            List<Way> ways = new ArrayList<>(group.ways());
            More more = group.moreWays();
            if (more != null) {
                ways.add(new Way(more.count() + " more", "", more.flow()));
            }
            return ways;
        }

        /** Backends of a group; left out backends as the last. */
        private static List<Stop> stops(Group group) {
            List<Stop> stops = new ArrayList<>(group.backends());
            More more = group.moreBackends();
            if (more != null) {
                stops.add(new Stop(more.count() + " more", "", Standing.UP, "", more.flow()));
            }
            return stops;
        }

        MapPicture draw() {
            map.groups().forEach(this::draw);
            int height = map.groups().isEmpty() ? top : top - GAP + MARGIN;
            return new MapPicture(WIDTH, height, boxes, bands);
        }

        private void draw(Group group) {
            List<Way> ways = ways(group);
            List<Stop> stops = stops(group);
            double in = total(ways.stream().map(Way::flow).toList());
            double out = total(stops.stream().map(Stop::flow).toList());
            int least = group.named() ? POOL : BOX;
            int poolHeight = (int) Math.ceil(Math.max(least, Math.max(in, out) + 8));
            int rows = Math.max(ways.size(), stops.size());
            int height = Math.max(rows * ROW - (ROW - BOX), poolHeight);
            double middle = top + height / 2.0;
            boxes.add(pool(group, (int) Math.round(middle - poolHeight / 2.0), poolHeight));
            drawWays(group, ways, middle, in);
            drawStops(group, stops, middle, out);
            top += height + GAP;
        }

        private double total(List<Flow> flows) {
            return flows.stream().mapToDouble(this::widthOf).sum();
        }

        private double widthOf(Flow flow) {
            return THIN + flow.of(measure) * scale;
        }

        private Box pool(Group group, int y, int height) {
            String label = group.named() ? group.pool() : "";
            return new Box(
                    Kind.POOL,
                    POOLS,
                    y,
                    POOLS_WIDTH,
                    height,
                    label,
                    group.settings(),
                    group.pool(),
                    group.standing(),
                    group.flow());
        }

        private void drawWays(Group group, List<Way> ways, double middle, double total) {
            int y = first(ways.size(), middle);
            double at = middle - total / 2;
            for (Way way : ways) {
                double width = widthOf(way.flow());
                boxes.add(new Box(
                        Kind.NAME,
                        NAMES,
                        y,
                        NAMES_WIDTH,
                        BOX,
                        way.name(),
                        way.condition(),
                        group.pool(),
                        group.standing(),
                        way.flow()));
                addBand(NAMES_WIDTH, y + BOX / 2.0, POOLS, at + width / 2, width, way.flow(), group.standing());
                at += width;
                y += ROW;
            }
        }

        private void drawStops(Group group, List<Stop> stops, double middle, double total) {
            int y = first(stops.size(), middle);
            double at = middle - total / 2;
            for (Stop stop : stops) {
                double width = widthOf(stop.flow());
                boxes.add(new Box(
                        Kind.BACKEND,
                        BACKENDS,
                        y,
                        BACKENDS_WIDTH,
                        BOX,
                        stop.address(),
                        stop.settings(),
                        group.pool(),
                        stop.standing(),
                        stop.flow()));
                addBand(
                        POOLS + POOLS_WIDTH,
                        at + width / 2,
                        BACKENDS,
                        y + BOX / 2.0,
                        width,
                        stop.flow(),
                        stop.standing());
                at += width;
                y += ROW;
            }
        }

        private void addBand(int fromX, double fromY, int toX, double toY, double width, Flow flow, Standing standing) {
            bands.add(new Band(fromX, tenth(fromY), toX, tenth(toY), tenth(width), flow.of(measure) > 0, standing));
        }

        /** The upper edge of the first of a column of boxes around {@code middle}. */
        private static int first(int count, double middle) {
            return (int) Math.round(middle - (count * ROW - (ROW - BOX)) / 2.0);
        }

        private static double tenth(double length) {
            return Math.round(length * 10) / 10.0;
        }
    }
}
