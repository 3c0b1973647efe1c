package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.query.MemoryWatch;
import io.gatehouse.server.query.QueryService;
import io.gatehouse.store.query.PastQuery;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.eclipse.jetty.server.NetworkConnectionLimit;

/** {@code GET /metrics}: metrics for Prometheus. */
final class ServerMetrics implements Handler {
    private static final Set<String> ENDED = Set.of("finished", "failed", "cancelled");

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter queries = Counter.builder()
            .name("gatehouse_queries_total")
            .help("Queries that ended, by how")
            .labelNames("state")
            .register(registry);
    private final Counter rows = Counter.builder()
            .name("gatehouse_query_rows_total")
            .help("Rows that were sent")
            .register(registry);
    private final Histogram seconds = Histogram.builder()
            .name("gatehouse_query_seconds")
            .help("Time from the arrival of a query to its last row")
            .classicOnly()
            .classicUpperBounds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
            .register(registry);

    ServerMetrics() {
        ENDED.forEach(state -> queries.initLabelValues(state));
        gauge(
                "gatehouse_heap_bytes",
                "Heap in use",
                () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        gauge("gatehouse_resident_bytes", "Memory that this process holds", MemoryWatch::resident);
    }

    /** Adds gauges of queries, runs and event streams. */
    void watch(Activity activity, QueryService service) {
        gauge(
                "gatehouse_queries_running",
                "Queries that run",
                () -> activity.queries().count() - service.waiting());
        gauge("gatehouse_queries_queued", "Queries that wait for their turn", service::waiting);
        gauge(
                "gatehouse_runs_active",
                "Runs that run or wait",
                () -> activity.runs().active());
        gauge(
                "gatehouse_event_streams",
                "Clients that listen to events",
                () -> activity.events().listeners());
    }

    void watch(RunFigures figures) {
        registry.register(figures);
    }

    void watch(NetworkConnectionLimit connections) {
        gauge("gatehouse_connections", "Connections that are open", connections::getNetworkConnectionCount);
    }

    /** Counts a query that has ended. */
    void count(PastQuery query) {
        queries.labelValues(query.state()).inc();
        rows.inc(query.rows());
        seconds.observe(query.elapsedMs() / 1000);
    }

    private void gauge(String name, String help, DoubleSupplier value) {
        requireNonNull(value, "value is null");
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    @Override
    public void handle(Context context) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(bytes, registry.scrape(), EscapingScheme.DEFAULT);
        context.contentType(PrometheusTextFormatWriter.CONTENT_TYPE).result(bytes.toByteArray());
    }
}
