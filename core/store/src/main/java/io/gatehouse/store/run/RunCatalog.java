package io.gatehouse.store.run;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.MemoryRetry;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import java.nio.file.Path;
import java.sql.Connection;
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

/** Lists the runs of a file. Each call reads on a connection of its own. */
public final class RunCatalog {
    private final Path file;
    private final OpenDatabase database;

    public RunCatalog(Path file, OpenDatabase database) {
        this.file = file;
        this.database = database;
    }

    /** Returns the runs in the order they were started. */
    public List<RunSummary> runs() {
        return read(RunCatalog::runs);
    }

    /** Returns the runs as a connection sees them, in the order they were started. */
    public static List<RunSummary> runs(Connection reader) throws SQLException {
        return runs(reader, Optional.empty());
    }

    /** @param name of the only one; all if empty */
    private static List<RunSummary> runs(Connection reader, Optional<String> name) throws SQLException {
        return SmallQuery.list(
                reader,
                Resources.text(RunCatalog.class, "list_runs.sql"),
                row -> new RunSummary(
                        row.getInt("run_id"),
                        row.getString("name"),
                        row.getString("model"),
                        row.getString("quiz"),
                        Scope.of(row.getString("recorded")),
                        RunStatus.of(row.getString("status")),
                        row.getInt("questions"),
                        row.getInt("answered"),
                        row.getInt("correct"),
                        instant(row, "started_at").orElseThrow(),
                        instant(row, "finished_at"),
                        Optional.ofNullable(row.getObject("compute_seconds", Double.class))),
                name.orElse(null));
    }

    public Optional<RunSummary> find(String name) {
        return read(reader -> runs(reader, Optional.of(name))).stream().findFirst();
    }

    /**
     * Returns the run of a name.
     *
     * @throws GatehouseException RUN_NOT_FOUND
     */
    public RunSummary run(String name) {
        return find(name)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "%s holds no run named \"%s\".".formatted(file, name)));
    }

    /** Returns nothing if no question has an answer. */
    public OptionalDouble meanAccuracyOfSubjects(int runId) {
        return read(reader -> SmallQuery.first(
                        reader,
                        Resources.text(RunCatalog.class, "mean_accuracy_of_subjects.sql"),
                        row -> {
                            double mean = row.getDouble(1);
                            return row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(mean);
                        },
                        runId)
                .orElseThrow());
    }

    public Map<String, String> definition(int runId) {
        return read(reader -> new TreeMap<>(RunDefinition.read(reader, runId).properties()));
    }

    /** Returns experts by layer; a layer for which the run records nothing at the scope is missing. */
    public SortedMap<Integer, List<Integer>> unusedExperts(int runId, Scope scope) {
        return experts("unused_experts.sql", runId, scope.id());
    }

    /** Returns experts by layer; a layer for which the run records nothing at the scope is missing. */
    public SortedMap<Integer, List<Integer>> mostUsedExperts(int runId, Scope scope, int count) {
        return experts("most_used_experts.sql", runId, scope.id(), count);
    }

    private SortedMap<Integer, List<Integer>> experts(String query, Object... parameters) {
        SortedMap<Integer, List<Integer>> layers = new TreeMap<>();
        read(reader -> SmallQuery.list(
                reader,
                Resources.text(RunCatalog.class, query),
                row -> {
                    List<Integer> experts = layers.computeIfAbsent(row.getInt(1), layer -> new ArrayList<>());
                    return row.getObject(2) instanceof Short expert && experts.add((int) expert);
                },
                parameters));
        return layers;
    }

    private <T> T read(OpenDatabase.Work<T> work) {
        return MemoryRetry.get(() -> database.read(work));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        return Optional.ofNullable(time).map(value -> value.toInstant(ZoneOffset.UTC));
    }
}
