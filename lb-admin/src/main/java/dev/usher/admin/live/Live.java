package dev.usher.admin.live;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Gzip;
import dev.usher.admin.http.Json;
import dev.usher.admin.http.Problem;
import io.undertow.server.HttpServerExchange;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** Sampling, history and stream of one running usher. */
public final class Live implements AutoCloseable {
    private final FrameSource source;
    private final History history = new History();
    private final FrameStream stream;
    private final Sampler sampler;

    /**
     * @param status is asked each second; it has to be cheap
     * @param mayLook says of a request for the stream how to ask whether its maker may look, each second anew
     */
    public Live(
            LoadBalancer balancer,
            Supplier<ProcessStatus> status,
            Function<HttpServerExchange, BooleanSupplier> mayLook) {
        this.source = new FrameSource(balancer, status);
        this.sampler = new Sampler(this::sample, balancer.background());
        this.stream = new FrameStream(source.nextSequence(), FrameStream.STALL, mayLook);
    }

    /** Samples from now on. */
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

    /** 0 if it is no such number. */
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

    /** Samples no more, and ends all streams. */
    @Override
    public void close() {
        sampler.close();
        stream.close();
    }
}
