package dev.usher.admin.live;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Gzip;
import dev.usher.admin.http.Json;
import dev.usher.admin.http.Problem;
import dev.usher.view.PoolView;
import io.undertow.server.HttpServerExchange;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Sampling, history and stream of one load balancer. */
public final class Live implements AutoCloseable {
    private final FrameSource source;
    private final History history = new History();
    private final FrameStream stream;
    private final Sampler sampler;

    /**
     * @param status called each second with the pools of that second; must be cheap
     * @param mayLook gives for a request the check of its login, asked again each second
     */
    public Live(
            LoadBalancer balancer,
            Function<List<PoolView>, FrameStatus> status,
            Function<HttpServerExchange, BooleanSupplier> mayLook) {
        this.source = new FrameSource(balancer, status);
        this.sampler = new Sampler(this::sample, balancer.background());
        this.stream = new FrameStream(source.nextSequence(), FrameStream.STALL, mayLook);
    }

    /** Starts sampling. */
    public void start() {
        sampler.start();
    }

    private void sample() {
        try {
            add(source.next());
        } catch (RuntimeException e) {
            stream.tick();
            throw e;
        }
    }

    void add(Frame frame) {
        history.add(frame);
        stream.publish(frame);
    }

    /** {@code GET /api/v1/history}. */
    public void history(HttpServerExchange exchange) {
        if (exchange.isInIoThread()) {
            exchange.dispatch(this::history);
            return;
        }
        Set<String> wanted = wanted(exchange);
        int framesPerPoint = framesPerPoint(exchange);
        if (!history.names().containsAll(wanted)) {
            Problem.of(400, "columns may be any of " + String.join(",", history.names()))
                    .send(exchange);
        } else if (framesPerPoint < 1) {
            Problem.of(400, "frames_per_point must be 1.." + History.FRAMES).send(exchange);
        } else {
            Gzip.send(exchange, "application/json", Json.bytes(history.columns(wanted, framesPerPoint)));
        }
    }

    /** The parameter {@code frames_per_point}; 0 if invalid. */
    private static int framesPerPoint(HttpServerExchange exchange) {
        Deque<String> asked = exchange.getQueryParameters().get("frames_per_point");
        if (asked == null) {
            return 1;
        }
        String text = asked.getFirst();
        int number = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
        return number <= History.FRAMES ? number : 0;
    }

    private Set<String> wanted(HttpServerExchange exchange) {
        Deque<String> asked = exchange.getQueryParameters().get("columns");
        return asked == null
                ? history.names()
                : Set.copyOf(Arrays.asList(asked.getFirst().split(",", -1)));
    }

    /** {@code GET /api/v1/stream}. */
    public FrameStream stream() {
        return stream;
    }

    /** Stops sampling, and ends all streams. */
    @Override
    public void close() {
        sampler.close();
        stream.close();
    }
}
