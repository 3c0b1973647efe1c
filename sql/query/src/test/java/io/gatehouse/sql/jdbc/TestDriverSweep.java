package io.gatehouse.sql.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.testing.jdbc.DriverSweep;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is asked of the driver over a file, it answers or throws an SQLException. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestDriverSweep {
    private Connection kept;
    private DriverSweep sweep;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("routing.duckdb");
        SyntheticRun.write(file, 10_000);
        String url = "jdbc:gatehouse:" + file;
        // Keeps the file open between the connections of the sweep.
        kept = DriverManager.getConnection(url);
        sweep = new DriverSweep(url);
    }

    @AfterAll
    void close() throws Exception {
        kept.close();
    }

    @Test
    void openObjectsThrowNothingButSqlExceptions() throws Exception {
        assertThat(sweep.faultsOfOpenObjects()).isEmpty();
    }

    @Test
    void closedObjectsThrowSqlExceptions() throws Exception {
        assertThat(sweep.faultsOfClosedObjects()).isEmpty();
    }
}
