package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.driver.DuckDbErrors;
import io.gatehouse.sql.driver.ReaderSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of the longest text in the tables of a database, rounded up, from the statistics that DuckDB keeps of its
 * columns. A longer text that was committed within the last second may count as one of before. Views, such as those of
 * an export, have no statistics. Safe for use by many threads.
 */
final class StoredTexts implements LongSupplier, AutoCloseable {
    private static final Duration STALE = Duration.ofSeconds(1);

    /**
     * Older statistics are read again in the background. That takes as long as a small query, so that of a server with
     * many queries the slowest would be those that had to wait for it.
     */
    private static final Duration OLD = STALE.dividedBy(2);

    private static final Logger LOG = LoggerFactory.getLogger(StoredTexts.class);

    /** Shorter texts make no difference to plans. */
    private static final long USUAL = 2_048;

    private static final Pattern LENGTH = Pattern.compile("(?i)max.string.length'?: (\\d+)");

    private final ReaderSource readers;
    private final ReentrantLock reading = new ReentrantLock();
    private final AtomicBoolean renewing = new AtomicBoolean();
    private final ExecutorService background =
            Executors.newSingleThreadExecutor(DaemonThreads.named("gatehouse-stored-texts"));
    private volatile Reading last;

    /**
     * What was read.
     *
     * @param statistics the statement that reads the statistics; empty if there are no texts
     * @param nanos when it was read, as {@link System#nanoTime()}
     */
    private record Reading(String statistics, long longest, long nanos) {
        boolean isOlderThan(Duration age) {
            return System.nanoTime() - nanos > age.toNanos();
        }
    }

    StoredTexts(ReaderSource readers) {
        this.readers = requireNonNull(readers, "readers is null");
        try (Connection connection = readers.open()) {
            this.last = read(connection, statistics(connection));
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        }
    }

    @Override
    public long getAsLong() {
        if (last.isOlderThan(STALE)) {
            renew();
        } else if (last.isOlderThan(OLD) && renewing.compareAndSet(false, true)) {
            background.execute(this::renewQuietly);
        }
        return last.longest();
    }

    /** Reads the statistics, unless another thread does so. */
    private void renew() {
        if (reading.tryLock()) {
            try (Connection connection = readers.open()) {
                last = read(connection, last.statistics());
            } catch (SQLException e) {
                throw DuckDbErrors.translate(e);
            } finally {
                reading.unlock();
            }
        }
    }

    /** What fails here fails again, once the statistics are stale, for the statement that needs them. */
    private void renewQuietly() {
        try {
            renew();
        } catch (RuntimeException e) {
            LOG.debug("The statistics of the stored texts could not be read", e);
        } finally {
            renewing.set(false);
        }
    }

    @Override
    public void close() {
        background.shutdownNow();
    }

    /** Returns a query for the statistics of all texts: SELECT (SELECT concat(stats(a), stats(b)) FROM t LIMIT 1), …. */
    private static String statistics(Connection connection) throws SQLException {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SqlResource.text("catalog/text-columns.sql"))) {
            while (rows.next()) {
                columns.computeIfAbsent(rows.getString(1), table -> new ArrayList<>())
                        .add("stats(%s)".formatted(name(rows.getString(2))));
            }
        }
        List<String> tables = new ArrayList<>();
        columns.forEach((table, of) ->
                tables.add("(SELECT concat(%s) FROM %s LIMIT 1)".formatted(String.join(", ", of), name(table))));
        return tables.isEmpty() ? "" : "SELECT concat(%s)".formatted(String.join(", ", tables));
    }

    private static String name(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static Reading read(Connection connection, String statistics) throws SQLException {
        long longest = 1;
        if (!statistics.isEmpty()) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(statistics)) {
                rows.next();
                Matcher length = LENGTH.matcher(rows.getString(1));
                while (length.find()) {
                    longest = Math.max(longest, Long.parseLong(length.group(1)));
                }
            }
        }
        // Rounded up, so that plans are seldom made anew.
        return new Reading(statistics, Math.max(USUAL, Long.highestOneBit(2 * longest - 1)), System.nanoTime());
    }
}
