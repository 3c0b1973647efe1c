package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.GatehouseException;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gauges of the routing of the last complete run: the figures of the view {@code run_load}, one series each, whatever the
 * number of layers, experts and runs. They are asked for at most every few seconds.
 */
final class RunFigures implements MultiCollector {
    private static final Logger LOG = LoggerFactory.getLogger(RunFigures.class);
    private static final Duration AGE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** The columns before the figures. */
    private static final int LABELS = 2;

    private final Session session;
    private long asked = System.nanoTime() - AGE.toNanos();
    private MetricSnapshots known = new MetricSnapshots();

    RunFigures(Session session) {
        this.session = requireNonNull(session, "session is null");
    }

    /** Returns the last known figures where the server is too busy to ask for them. */
    @Override
    public synchronized MetricSnapshots collect() {
        if (System.nanoTime() - asked >= AGE.toNanos()) {
            asked = System.nanoTime();
            try {
                known = ask();
            } catch (GatehouseException e) {
                LOG.warn("The figures of the last run are not known: {}", e.getMessage());
            }
        }
        return known;
    }

    private MetricSnapshots ask() {
        String sql = Resources.text(RunFigures.class, "run-figures.sql");
        MetricSnapshots.Builder figures = MetricSnapshots.builder();
        try (Rows rows = session.query(new Query(sql, List.of(), Optional.of(TIMEOUT), 1))) {
            rows.start();
            if (rows.next()) {
                Labels labels = Labels.of("run", String.valueOf(rows.value(0)), "scope", String.valueOf(rows.value(1)));
                for (int column = LABELS; column < rows.columns().size(); column++) {
                    // An import may lack a figure.
                    if (rows.value(column) instanceof Number value) {
                        figures.metricSnapshot(gauge(rows.columns().get(column).name(), labels, value.doubleValue()));
                    }
                }
            }
        }
        return figures.build();
    }

    private static GaugeSnapshot gauge(String figure, Labels labels, double value) {
        return GaugeSnapshot.builder()
                .name("gatehouse_run_" + figure)
                .help("%s of run_load for the last complete run".formatted(figure))
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build())
                .build();
    }
}
