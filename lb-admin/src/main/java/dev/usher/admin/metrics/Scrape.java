package dev.usher.admin.metrics;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.Gzip;
import dev.usher.admin.subject.AccessLogLines;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.Program;
import dev.usher.admin.subject.SourceView;
import dev.usher.reload.Reloading;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /metrics}: Prometheus text format 0.0.4, or OpenMetrics 1.0 if the client asks for OpenMetrics. JVM
 * metrics are limited to values that can be read without stopping the JVM: thread states are left out, since counting
 * them halts all threads.
 */
public final class Scrape implements HttpHandler {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    /** Size of the last answer plus an eighth: a good guess for the next. Guarded by this. */
    private int usualBytes = 64 * 1024;

    /** The metrics of what the admin side shows. */
    public Scrape(AdminSubject subject) {
        this(subject.balancer(), subject.source(), subject.source()::sources, subject.program(), subject.accessLog());
    }

    /** Same without sources. */
    public Scrape(LoadBalancer balancer, Reloading reloading, Program program, Supplier<AccessLogLines> accessLog) {
        this(balancer, reloading, List::of, program, accessLog);
    }

    /** @param accessLog counts lines of the access log that are dropped or waiting */
    private Scrape(
            LoadBalancer balancer,
            Reloading reloading,
            Supplier<List<SourceView>> sources,
            Program program,
            Supplier<AccessLogLines> accessLog) {
        registry.register(new UsherCollector(balancer, reloading, sources, program, accessLog));
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws IOException {
        if (exchange.isInIoThread()) {
            exchange.dispatch(this);
            return;
        }
        String accept = exchange.getRequestHeaders().getFirst(Headers.ACCEPT);
        ExpositionFormatWriter writer = formats.findWriter(accept);
        exchange.getResponseHeaders().add(Headers.VARY, "Accept");
        Gzip.send(exchange, writer.getContentType(), text(writer, accept));
    }

    /** Writes one answer at a time: two scrapes at once would need the memory of two. */
    synchronized byte[] text(ExpositionFormatWriter writer, @Nullable String accept) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(usualBytes);
        writer.write(out, registry.scrape(), EscapingScheme.fromAcceptHeader(accept));
        usualBytes = out.size() + out.size() / 8;
        return out.toByteArray();
    }
}
