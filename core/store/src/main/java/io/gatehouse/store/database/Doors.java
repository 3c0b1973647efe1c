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
 * The ways out of a DuckDB instance: other files, the network, extensions, settings. The order matters: DuckDB takes
 * some settings only when it opens a database, the schema needs none of the doors, and after
 * {@code lock_configuration} nobody can open one again. Arrow streams and spilling to the directory for temporary files
 * go on working behind them.
 */
public final class Doors {
    private Doors() {}

    /** What has to be said when a database is opened by a process that does little else. */
    public static Properties atOpening() {
        return atOpening(physicalMemory() / 4);
    }

    /**
     * What has to be said when a database is opened.
     *
     * @param memory bytes that DuckDB may take
     */
    public static Properties atOpening(long memory) {
        Properties properties = new Properties();
        // Without this, a second open in this process would silently share the first one's instance.
        properties.setProperty("jdbc_instance_cache", "false");
        // A column of a row group ends with a block of its own: with the default of 256 KiB a tenth of the file is
        // empty.
        properties.setProperty("default_block_size", "65536");
        properties.setProperty("threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
        properties.setProperty("memory_limit", megabytes(memory));
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("allow_community_extensions", "false");
        properties.setProperty("allow_persistent_secrets", "false");
        properties.setProperty("max_expression_depth", "250");
        // A query on which DuckDB meets a defect of its own ("INTERNAL Error") would otherwise end all others and the
        // run
        // that is being written, until the file is opened anew. Queries only read, so they leave nothing half done.
        // What a
        // failed checkpoint leaves is refused by DuckDB whatever this says.
        properties.setProperty("disable_database_invalidation", "true");
        return properties;
    }

    /**
     * Shuts them.
     *
     * @param disk a path on the disk that queries spill to
     * @param directories what the instance may go on reading and writing
     */
    static void shut(Path disk, DuckDBConnection connection, List<Path> directories) throws SQLException {
        String open = directories.stream()
                .map(directory -> "'%s'".formatted(SqlText.quoted(directory)))
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            // DuckDB shows this limit when it is given at open, but keeps it only when it is set afterwards.
            statement.execute("SET max_temp_directory_size = '%s'".formatted(megabytes(freeDisk(disk) / 2)));
            statement.execute("SET allowed_directories = [%s]".formatted(open));
            statement.execute("SET enable_external_access = false");
            // How rows come out of one connection is for who reads them to choose.
            statement.execute("SET allowed_configs = ['jdbc_stream_results']");
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
