package io.gatehouse.store.database;

import com.sun.management.OperatingSystemMXBean;
import io.gatehouse.error.FileFailure;
import io.gatehouse.store.schema.SqlText;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;

/**
 * Keeps a DuckDB instance from other files, the network, extensions and changes of settings. The order matters: DuckDB
 * takes some settings only when it opens a database, and after {@code lock_configuration} nobody can change any but those that statements of Gatehouse itself set. Arrow
 * streams and spilling to the directory for temporary files go on working.
 */
public final class Lockdown {
    private static final String MEMORY_LIMIT = "memory_limit";

    private Lockdown() {}

    /** Returns the settings with which a process that does little else opens a database. */
    public static Properties settings() {
        return settings(physicalMemory() / 4);
    }

    /**
     * Returns the settings with which a database is opened.
     *
     * @param memory bytes that DuckDB may take
     */
    public static Properties settings(long memory) {
        Properties properties = new Properties();
        // Without this, a second open in this process would silently share the first one's instance.
        properties.setProperty("jdbc_instance_cache", "false");
        // Each column of a row group ends in a block of its own: with the default of 256 KiB a tenth of the file would
        // be empty.
        properties.setProperty("default_block_size", "65536");
        properties.setProperty("threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
        // After 50 vectors, a task of a query goes to the end of the queue, so that a thread which computes a long
        // query takes tasks of short ones in between, see ADR 20.
        properties.setProperty("scheduler_process_partial", "true");
        properties.setProperty(MEMORY_LIMIT, megabytes(memory));
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("allow_community_extensions", "false");
        properties.setProperty("allow_persistent_secrets", "false");
        properties.setProperty("max_expression_depth", "250");
        // Not within commits, see Checkpoint.
        properties.setProperty("checkpoint_threshold", "1TB");
        // A query that meets a defect of DuckDB ("INTERNAL Error") would otherwise end all others and the run that is
        // being written, until the file is opened anew. Queries only read, so they leave nothing half done. What a
        // transaction that writes leaves half done is found by Transaction.
        properties.setProperty("disable_database_invalidation", "true");
        return properties;
    }

    /** Returns the bytes that DuckDB may take with some settings. */
    public static long memory(Properties settings) {
        return Long.parseLong(settings.getProperty(MEMORY_LIMIT).replace("MiB", "")) << 20;
    }

    /**
     * Locks an open database down.
     *
     * @param disk a path on the disk that queries spill to
     * @param directories those that the instance may still read and write
     */
    static void apply(Path disk, DuckDBConnection connection, List<Path> directories) throws SQLException {
        String allowed = directories.stream()
                .map(directory -> "'%s'".formatted(SqlText.quoted(directory)))
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            // DuckDB shows this limit when it is given at open, but keeps it only when it is set afterwards.
            statement.execute("SET max_temp_directory_size = '%s'".formatted(megabytes(freeDisk(disk) / 2)));
            statement.execute("SET allowed_directories = [%s]".formatted(allowed));
            statement.execute("SET enable_external_access = false");
            // OpenDatabase makes one when it closes, but not of a state that is lost.
            statement.execute("PRAGMA disable_checkpoint_on_shutdown");
            // A reader may choose how a connection returns rows, how much an operator on it collects at a time,
            // whether filters and joins collect small chunks, and whether statements are optimised; a writer gets more
            // memory to commit, see CommitMemory.
            statement.execute(
                    "SET allowed_configs = ['jdbc_stream_results', 'memory_limit', 'operator_memory_limit', 'enable_caching_operators', 'enable_optimizer']");
            statement.execute("SET lock_configuration = true");
        }
    }

    private static long physicalMemory() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    private static long freeDisk(Path path) {
        try {
            return Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            throw FileFailure.reading(path, e);
        }
    }

    private static String megabytes(long bytes) {
        return Math.max(1, bytes >> 20) + "MiB";
    }
}
