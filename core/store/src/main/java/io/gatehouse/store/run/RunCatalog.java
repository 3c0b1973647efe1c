package io.gatehouse.store.run;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.MemoryRetry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What a file says of its runs. Each call reads on a connection of its own. */
public final class RunCatalog {
    private final Path file;
    private final Supplier<Connection> readers;

    public RunCatalog(Path file, Supplier<Connection> readers) {
        this.file = file;
        this.readers = readers;
    }

    /** Something that is read. */
    private interface Reading<T> {
        T from(Connection reader) throws SQLException;
    }

    /** In the order they were started. */
    public List<RunSummary> runs() {
        return read(RunCatalog::runs);
    }

    /** The same, at the moment of a transaction. */
    public static List<RunSummary> runs(Connection reader) throws SQLException {
        return runs(reader, Optional.empty());
    }

    /** @param name of the only one; all if empty */
    private static List<RunSummary> runs(Connection reader, Optional<String> name) throws SQLException {
        try (PreparedStatement select = reader.prepareStatement(Resources.text(RunCatalog.class, "list_runs.sql"))) {
            select.setString(1, name.orElse(null));
            return summaries(select);
        }
    }

    private static List<RunSummary> summaries(PreparedStatement select) throws SQLException {
        try (ResultSet rows = select.executeQuery()) {
            List<RunSummary> runs = new ArrayList<>();
            while (rows.next()) {
                runs.add(new RunSummary(
                        rows.getInt("run_id"),
                        rows.getString("name"),
                        rows.getString("model"),
                        rows.getString("task"),
                        Scope.of(rows.getString("scope")),
                        RunStatus.of(rows.getString("status")),
                        rows.getInt("questions"),
                        rows.getInt("answered"),
                        rows.getInt("correct"),
                        instant(rows, "started_at").orElseThrow(),
                        instant(rows, "finished_at")));
            }
            return runs;
        }
    }

    public Optional<RunSummary> find(String name) {
        return read(reader -> runs(reader, Optional.of(name))).stream().findFirst();
    }

    /** @throws GatehouseException RUN_NOT_FOUND */
    public RunSummary run(String name) {
        return find(name)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "%s holds no run named \"%s\".".formatted(file, name)));
    }

    /** Empty where nothing is answered. */
    public OptionalDouble meanAccuracyOfSubjects(int runId) {
        return read(reader -> {
            try (PreparedStatement select = reader.prepareStatement(Resources.text(RunCatalog.class, "mean_accuracy_of_subjects.sql"))) {
                select.setInt(1, runId);
                try (ResultSet rows = select.executeQuery()) {
                    rows.next();
                    double mean = rows.getDouble(1);
                    return rows.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(mean);
                }
            }
        });
    }

    public Map<String, String> definition(int runId) {
        return read(reader -> new TreeMap<>(RunDefinition.read(reader, runId).properties()));
    }

    /** By layer; of layers of which the run says nothing at the scope there is none. */
    public SortedMap<Integer, List<Integer>> unusedExperts(int runId, Scope scope) {
        return read(reader -> {
            try (PreparedStatement select = reader.prepareStatement(Resources.text(RunCatalog.class, "unused_experts.sql"))) {
                select.setInt(1, runId);
                select.setString(2, scope.id());
                SortedMap<Integer, List<Integer>> unused = new TreeMap<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        List<Integer> experts = unused.computeIfAbsent(rows.getInt(1), layer -> new ArrayList<>());
                        if (rows.getObject(2) instanceof Short expert) {
                            experts.add((int) expert);
                        }
                    }
                }
                return unused;
            }
        });
    }

    private <T> T read(Reading<T> reading) {
        return MemoryRetry.get(() -> readOnce(reading));
    }

    private <T> T readOnce(Reading<T> reading) {
        try (Connection reader = readers.get()) {
            return reading.from(reader);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private static Optional<Instant> instant(ResultSet rows, String column) throws SQLException {
        LocalDateTime time = rows.getObject(column, LocalDateTime.class);
        return Optional.ofNullable(time).map(value -> value.toInstant(ZoneOffset.UTC));
    }
}
