package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.SqlText;
import io.gatehouse.store.schema.StoredTable;
import io.gatehouse.type.SqlType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;

/**
 * Registers the files of a directory as relations of a session. As for a directory that is opened on one machine, a row
 * counts only if its run is in {@code runs} and its shard is in the ledger.
 */
final class DirectoryViews {
    /** The relations that are queries over tables, as in DuckDB's schema. */
    private static final List<String> RELATIONS = List.of(
            "scopes",
            "routing",
            "token_routing",
            "activations",
            "router_probabilities",
            "question_usage",
            "model_experts",
            "expert_notes");

    private final SparkSession session;
    private final String directory;
    private final List<StoredTable> tables;

    DirectoryViews(SparkSession session, String directory, List<StoredTable> tables) {
        this.session = session;
        this.directory = directory.endsWith("/") ? directory.substring(0, directory.length() - 1) : directory;
        this.tables = tables;
    }

    void create() {
        requireVersion();
        // The runs first, and then the ledger: the others ask them.
        tables.stream()
                .sorted(Comparator.comparing(StoredTable::isRuns)
                        .thenComparing(StoredTable::isLedger)
                        .reversed())
                .forEach(this::create);
        for (String relation : RELATIONS) {
            session.sql("CREATE OR REPLACE TEMPORARY VIEW `%s` AS %s"
                    .formatted(relation, SqlText.withUnits(FormTable.text("relations/%s.sql".formatted(relation)))));
        }
    }

    private void requireVersion() {
        int version;
        try {
            version = session.read()
                    .parquet(directory + "/schema_version")
                    .collectAsList()
                    .get(0)
                    .getInt(0);
        } catch (Exception e) {
            if (e instanceof AnalysisException) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Spark finds no export of Gatehouse in %s, by the names that its own machines give to paths."
                                .formatted(directory),
                        e);
            }
            throw SparkFailures.translate(e);
        }
        if (version != DatabaseSchema.VERSION) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s was exported with schema version %d, and this Gatehouse reads version %d: export it anew from its database file."
                            .formatted(directory, version, DatabaseSchema.VERSION));
        }
    }

    private void create(StoredTable table) {
        String rows = hasFiles(table) ? "`%s`".formatted(files(table)) : nothing(table);
        session.sql("CREATE OR REPLACE TEMPORARY VIEW `%s` AS SELECT %s FROM %s AS f%s"
                .formatted(table.name(), columns(table), rows, whatCounts(table)));
    }

    private static String files(StoredTable table) {
        return "files of " + table.name();
    }

    /** Registers the files of a table. The columns are declared, so no file is opened to find them. */
    private boolean hasFiles(StoredTable table) {
        List<String> columns = new ArrayList<>();
        table.columns()
                .forEach(column ->
                        columns.add("`%s` %s".formatted(column.name(), SparkTypes.of(SqlType.of(column.type())))));
        if (table.isByShard() && !table.isLedger()) {
            columns.add("`shard` INT");
        }
        try {
            session.sql("CREATE OR REPLACE TEMPORARY VIEW `%s` (%s) USING parquet OPTIONS (path '%s/%s')"
                    .formatted(
                            files(table),
                            String.join(", ", columns),
                            directory.replace("\\", "\\\\").replace("'", "\\'"),
                            table.name()));
            return true;
        } catch (Exception e) {
            if (e instanceof AnalysisException) {
                return false;
            }
            throw SparkFailures.translate(e);
        }
    }

    private static String columns(StoredTable table) {
        return table.columns().stream()
                .map(column -> "CAST(f.`%s` AS %s) AS `%1$s`"
                        .formatted(column.name(), SparkTypes.of(SqlType.of(column.type()))))
                .collect(Collectors.joining(", "));
    }

    private static String nothing(StoredTable table) {
        List<String> columns = new ArrayList<>();
        table.columns().forEach(column -> columns.add("NULL AS `%s`".formatted(column.name())));
        if (table.isByShard() && !table.isLedger()) {
            columns.add("NULL AS `shard`");
        }
        return "(SELECT %s WHERE false)".formatted(String.join(", ", columns));
    }

    private static String whatCounts(StoredTable table) {
        if (table.isByShard() && !table.isLedger()) {
            return " LEFT SEMI JOIN `run_shards` AS s ON s.`run_id` = f.`run_id` AND s.`shard` = f.`shard`";
        }
        return table.isByRun() && !table.isRuns() ? " LEFT SEMI JOIN `runs` AS r ON r.`run_id` = f.`run_id`" : "";
    }
}
