package io.gatehouse.store.schema;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A table of the schema and its place in an exported directory, where its rows are divided as far as its columns tell:
 * by run and shard, by run, or not at all. The names of the folders are Hive's, which Spark, Trino and DuckDB read.
 */
public record StoredTable(String name, List<Column> columns) {
    /** Says what is in an export as it does in a file, and so is written last. */
    public static final String LEDGER = "run_shards";

    public static final String VERSION = "schema_version";

    public static final String RUNS = "runs";

    /** Folder of what an unfinished run needs to go on and no reader is to see. */
    public static final String UNFINISHED = "_unfinished";

    /** What can be too large for memory. */
    private static final Set<String> LARGE = Set.of("routing", "expert_norms", "gates", "usage", "tokens");

    /** What concerns the file and not its runs. */
    private static final Set<String> LOCAL = Set.of("query_history");

    /** Files whose name begins with a dot or an underscore are somebody's work in progress. */
    private static final String FILES = "[!._]*.parquet";

    /** A column with DuckDB's name of its type. */
    public record Column(String name, String type) {}

    public StoredTable {
        columns = List.copyOf(columns);
    }

    /** The tables that an export has, in order of their names. */
    public static List<StoredTable> of(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT table_name FROM duckdb_tables() ORDER BY table_name")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        names.removeAll(LOCAL);
        List<StoredTable> tables = new ArrayList<>();
        for (String name : names) {
            tables.add(new StoredTable(name, columns(connection, name)));
        }
        return tables;
    }

    private static List<Column> columns(Connection connection, String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '%s' ORDER BY column_index"
                                .formatted(table))) {
            while (rows.next()) {
                columns.add(new Column(rows.getString(1), rows.getString(2)));
            }
        }
        return columns;
    }

    /** Whether its rows are divided by run. */
    public boolean isByRun() {
        return has("run_id");
    }

    /** Whether they are divided by shard, too. */
    public boolean isByShard() {
        return isByRun() && (has("question_id") || isLedger());
    }

    /** Whether it is the ledger, which says which shards count. */
    public boolean isLedger() {
        return name.equals(LEDGER);
    }

    /** Whether it is the table of runs, which says which runs count. */
    public boolean isRuns() {
        return name.equals(RUNS);
    }

    public boolean isVersion() {
        return name.equals(VERSION);
    }

    public boolean isLarge() {
        return LARGE.contains(name);
    }

    /** Folder below an export's that holds the rows of a run, and of a shard where the table goes by shards. */
    public Path folder(Path directory, int runId, int shard) {
        Path folder = directory.resolve(name);
        if (isByRun()) {
            folder = folder.resolve("run_id=" + runId);
        }
        return isByShard() ? folder.resolve("shard=" + shard) : folder;
    }

    /** Pattern of all of its files, the inside of a string literal. */
    public String pattern(Path directory) {
        String folders = isByShard() ? "/run_id=*/shard=*/" : isByRun() ? "/run_id=*/" : "/";
        return SqlText.quoted(directory) + "/" + name + folders + FILES;
    }

    /** The columns that its files have: what the folders say is not in them. */
    public String inFiles() {
        return columns.stream()
                .map(Column::name)
                .filter(column -> !column.equals("run_id") && !(isLedger() && column.equals("shard")))
                .map(column -> "\"" + column + "\"")
                .collect(Collectors.joining(", "));
    }

    /**
     * A query for the rows of a directory that count: of runs that the directory has, and of their shards those that
     * the ledger has.
     */
    public String query(Path directory) {
        if (isByShard() && !isLedger()) {
            return everyRow(directory) + " SEMI JOIN run_shards AS s ON s.run_id = f.run_id AND s.shard = f.shard";
        }
        return isByRun() && !isRuns()
                ? everyRow(directory) + " SEMI JOIN runs AS r ON r.run_id = f.run_id"
                : everyRow(directory);
    }

    /** A query for all rows of a directory. */
    public String everyRow(Path directory) {
        String selected = columns.stream()
                .map(column -> "CAST(f.\"%s\" AS %s) AS \"%s\"".formatted(column.name, column.type, column.name))
                .collect(Collectors.joining(", "));
        return "SELECT %s FROM read_parquet('%s', hive_partitioning = %b%s) AS f"
                .formatted(selected, pattern(directory), isByRun(), hiveTypes());
    }

    private String hiveTypes() {
        if (!isByRun()) {
            return "";
        }
        return ", hive_types = {'run_id': INTEGER%s}".formatted(isByShard() ? ", 'shard': INTEGER" : "");
    }

    private boolean has(String column) {
        return columns.stream().anyMatch(known -> known.name.equals(column));
    }
}
