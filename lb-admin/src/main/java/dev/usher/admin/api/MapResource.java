package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.LiveMap;
import dev.usher.config.Spelling;
import dev.usher.map.Flow;
import dev.usher.map.Flow.Measure;
import dev.usher.map.MapCut;
import dev.usher.map.MapPicture;
import dev.usher.map.MapPicture.Band;
import dev.usher.map.MapPicture.Box;
import dev.usher.map.NameMap;
import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.More;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.NameMap.Way;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /map}. */
public final class MapResource {
    /** Some screens of a picture; more would be no picture. */
    private static final int ROWS = 60;

    private static final int PER_POOL = 8;

    private final LoadBalancer balancer;

    public MapResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record MapJson(
            String measure, List<PoolJson> pools, @Nullable MoreJson morePools, PictureJson picture) {}

    private record PoolJson(
            String name,
            boolean named,
            String state,
            String text,
            List<WayJson> ways,
            @Nullable MoreJson moreWays,
            List<StopJson> backends,
            @Nullable MoreJson moreBackends,
            double sessionsPerSecond,
            double bytesPerSecond) {
        static PoolJson of(Group group) {
            return new PoolJson(
                    group.pool(),
                    group.named(),
                    Spelling.snake(group.standing()),
                    group.settings(),
                    group.ways().stream().map(WayJson::of).toList(),
                    MoreJson.of(group.moreWays()),
                    group.backends().stream().map(StopJson::of).toList(),
                    MoreJson.of(group.moreBackends()),
                    Text.rate(group.flow().sessionsPerSecond()),
                    Text.rate(group.flow().bytesPerSecond()));
        }
    }

    private record WayJson(String name, String condition, double sessionsPerSecond, double bytesPerSecond) {
        static WayJson of(Way way) {
            Flow flow = way.flow();
            return new WayJson(
                    way.name(), way.condition(), Text.rate(flow.sessionsPerSecond()), Text.rate(flow.bytesPerSecond()));
        }
    }

    private record StopJson(
            String address, String text, String state, String reason, double sessionsPerSecond, double bytesPerSecond) {
        static StopJson of(Stop stop) {
            Flow flow = stop.flow();
            return new StopJson(
                    stop.address(),
                    stop.settings(),
                    Spelling.snake(stop.standing()),
                    stop.reason(),
                    Text.rate(flow.sessionsPerSecond()),
                    Text.rate(flow.bytesPerSecond()));
        }
    }

    private record MoreJson(int count, int faulty, double sessionsPerSecond, double bytesPerSecond) {
        static @Nullable MoreJson of(@Nullable More more) {
            return more == null
                    ? null
                    : new MoreJson(
                            more.count(),
                            more.faulty(),
                            Text.rate(more.flow().sessionsPerSecond()),
                            Text.rate(more.flow().bytesPerSecond()));
        }
    }

    private record PictureJson(int width, int height, List<BoxJson> boxes, List<BandJson> bands) {
        static PictureJson of(MapPicture picture, Measure measure) {
            return new PictureJson(
                    picture.width(),
                    picture.height(),
                    picture.boxes().stream()
                            .map(box -> BoxJson.of(box, measure))
                            .toList(),
                    picture.bands().stream().map(BandJson::of).toList());
        }
    }

    private record BoxJson(
            String kind,
            int x,
            int y,
            int width,
            int height,
            String label,
            String note,
            String state,
            double perSecond) {
        static BoxJson of(Box box, Measure measure) {
            return new BoxJson(
                    Spelling.snake(box.kind()),
                    box.x(),
                    box.y(),
                    box.width(),
                    box.height(),
                    box.label(),
                    box.note(),
                    Spelling.snake(box.standing()),
                    Text.rate(box.flow().of(measure)));
        }
    }

    private record BandJson(String path, double width, boolean flows, String state) {
        static BandJson of(Band band) {
            return new BandJson(band.path(), band.width(), band.flows(), Spelling.snake(band.standing()));
        }
    }

    /** {@code GET}. */
    public Object get(Question question) throws ProblemException {
        Measure measure = measure(question.parameter("by"));
        NameMap map = new MapCut(ROWS, PER_POOL, measure).of(LiveMap.of(balancer));
        return new MapJson(
                Spelling.snake(measure),
                map.groups().stream().map(PoolJson::of).toList(),
                MoreJson.of(map.more()),
                PictureJson.of(MapPicture.of(map, measure), measure));
    }

    private static Measure measure(@Nullable String by) throws ProblemException {
        return switch (by) {
            case null -> Measure.SESSIONS;
            case "sessions" -> Measure.SESSIONS;
            case "bytes" -> Measure.BYTES;
            default -> throw Problem.of(400, "by must be sessions or bytes").exception();
        };
    }
}
