package io.gatehouse.store.schema;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A table of the schema and its place in an exported directory, where its rows are divided as far as its columns tell:
 * by run and shard, by run, or not at all. The folders are named as Hive names them, which Spark, Trino and DuckDB read.
 */
public record StoredTable(String name, List<Column> columns) {
    /** The table that lists what is in an export, as it does in a file, and so is written last. */
    public static final String LEDGER = "run_shards";

    public static final String VERSION = "schema_version";

    public static final String RUNS = "runs";

    /** Folder of the files that an unfinished run needs to be resumed; readers ignore it. */
    public static final String UNFINISHED = "_unfinished";

    /** Tables that may not fit into memory. */
    private static final Set<String> LARGE = Set.of("decisions", "expert_norms", "gates", "usage", "tokens");

    /** Tables that concern the file and not its runs. */
    private static final Set<String> LOCAL = Set.of("query_history");

    /** Files whose name begins with a dot or an underscore are still being written. */
    private static final String FILES = "[!._]*.parquet";

    public StoredTable {
        columns = List.copyOf(columns);
    }

    /** Returns the tables that an export has, in order of their names. */
    public static List<StoredTable> exported() {
        return DatabaseSchema.relations().stream()
                .filter(relation -> !relation.isView() && !LOCAL.contains(relation.name()))
                .map(relation -> new StoredTable(relation.name(), relation.columns()))
                .sorted(Comparator.comparing(StoredTable::name))
                .toList();
    }

    /** Whether its rows are divided by run. */
    public boolean isByRun() {
        return has("run_id");
    }

    /** Whether they are divided by shard, too. */
    public boolean isByShard() {
        return isByRun() && (has("question_id") || isLedger());
    }

    /** Whether it is the ledger, which lists the shards that count. */
    public boolean isLedger() {
        return name.equals(LEDGER);
    }

    /** Whether it is the table of runs, which lists the runs that count. */
    public boolean isRuns() {
        return name.equals(RUNS);
    }

    public boolean isVersion() {
        return name.equals(VERSION);
    }

    public boolean isLarge() {
        return LARGE.contains(name);
    }

    /** Returns the folder of an export that holds the rows of a run, and of a shard where the table goes by shards. */
    public Path folder(Path directory, int runId, int shard) {
        Path folder = directory.resolve(name);
        if (isByRun()) {
            folder = folder.resolve("run_id=" + runId);
        }
        return isByShard() ? folder.resolve("shard=" + shard) : folder;
    }

    /** Returns the pattern of all of its files, as the inside of a string literal. */
    public String pattern(Path directory) {
        String folders = isByShard() ? "/run_id=*/shard=*/" : isByRun() ? "/run_id=*/" : "/";
        return SqlText.quoted(directory) + "/" + name + folders + FILES;
    }

    /** Returns the columns that its files have, which are those that the names of the folders do not have. */
    public String inFiles() {
        return columns.stream()
                .map(Column::name)
                .filter(column -> !column.equals("run_id") && !(isLedger() && column.equals("shard")))
                .map(column -> "\"" + column + "\"")
                .collect(Collectors.joining(", "));
    }

    /**
     * Returns a query for the rows of a directory that count: those of runs that the directory lists, and of their shards
     * those that the ledger lists.
     */
    public String query(Path directory) {
        if (isByShard() && !isLedger()) {
            return everyRow(directory) + " SEMI JOIN run_shards AS s ON s.run_id = f.run_id AND s.shard = f.shard";
        }
        return isByRun() && !isRuns()
                ? everyRow(directory) + " SEMI JOIN runs AS r ON r.run_id = f.run_id"
                : everyRow(directory);
    }

    /** Returns a query for all rows of a directory, as {@code f}. */
    public String everyRow(Path directory) {
        String selected = columns.stream()
                .map(column -> "CAST(f.\"%s\" AS %s) AS \"%1$s\"".formatted(column.name(), column.type()))
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
        return columns.stream().anyMatch(known -> known.name().equals(column));
    }
}
