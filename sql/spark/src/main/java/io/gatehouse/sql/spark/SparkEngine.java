package io.gatehouse.sql.spark;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.sql.Execution;
import io.gatehouse.sql.ExecutionEngine;
import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.deadline.StopCondition;
import io.gatehouse.sql.plan.Plan;
import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.store.schema.StoredTable;
import io.gatehouse.type.SqlType;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Spark Connect session with the relations of a directory. */
final class SparkEngine implements ExecutionEngine {
    /** Spark settings under which its SQL has DuckDB's semantics. */
    private static final Map<String, String> SETTINGS = Map.of(
            "spark.sql.ansi.enabled", "true",
            "spark.sql.caseSensitive", "false",
            "spark.sql.session.timeZone", "UTC",
            "spark.sql.timestampType", "TIMESTAMP_NTZ",
            "spark.sql.timeType.enabled", "true",
            "spark.sql.datetime.java8API.enabled", "true",
            "spark.sql.storeAssignmentPolicy", "ANSI");

    /** The interval of keep-alives; Spark closes sessions that are idle for an hour. */
    private static final long SIGN_OF_LIFE_MINUTES = 10;

    private static final Logger LOG = LoggerFactory.getLogger(SparkEngine.class);

    private final SparkSession session;
    private final ScheduledExecutorService watchdog =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("gatehouse-spark-watchdog"));

    private SparkEngine(SparkSession session) {
        this.session = session;
        var unused = watchdog.scheduleWithFixedDelay(
                this::showLife, SIGN_OF_LIFE_MINUTES, SIGN_OF_LIFE_MINUTES, TimeUnit.MINUTES);
    }

    private void showLife() {
        try {
            session.conf().get("spark.sql.session.timeZone");
        } catch (Exception e) {
            // The next request reports the error. A task that throws would not be run again.
            LOG.debug("Spark does not answer", e);
        }
    }

    static SparkEngine open(URI address, String directory, List<StoredTable> tables) {
        return SparkFailures.translated(() -> {
            SparkSession session = SparkConnection.open(address);
            try {
                SETTINGS.forEach((name, value) -> session.conf().set(name, value));
                new DirectoryViews(session, directory, tables).create();
                return new SparkEngine(session);
            } catch (Exception e) {
                close(session);
                throw e;
            }
        });
    }

    @Override
    public EngineSql sql() {
        return SparkSql.INSTANCE;
    }

    @Override
    public Execution prepare(Plan plan, List<@Nullable Object> values, long maxRows, Deadline deadline) {
        return new SparkExecution(
                session,
                () -> limited(rows(plan, values), maxRows),
                plan.types(),
                new StopCondition(deadline),
                watchdog);
    }

    private Dataset<Row> rows(Plan plan, List<@Nullable Object> values) {
        if (values.isEmpty()) {
            return session.sql(plan.sql());
        }
        Map<String, @Nullable Object> named = new TreeMap<>();
        for (int i = 0; i < values.size(); i++) {
            named.put(SparkSql.parameterName(i), values.get(i));
        }
        return session.sql(plan.sql(), requireNonNull(named));
    }

    private static Dataset<Row> limited(Dataset<Row> rows, long maxRows) {
        return maxRows == 0 || maxRows >= Integer.MAX_VALUE ? rows : rows.limit((int) maxRows + 1);
    }

    /** Describes the statement, which Spark also validates. */
    @Override
    public List<SqlType> columnTypes(Plan plan, Deadline deadline) {
        if (plan.parameters().isEmpty()) {
            SparkFailures.translated(() -> session.sql(plan.sql()).schema());
        }
        return plan.types();
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        close(session);
    }

    private static void close(SparkSession session) {
        try {
            session.close();
        } catch (Exception e) {
            // Spark closes idle sessions by itself.
            LOG.debug("The session of Spark did not end cleanly", e);
        }
    }
}
