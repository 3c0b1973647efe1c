package io.gatehouse.store.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

final class TestDatabaseFailure {
    /** As DuckDB 2.0.0 said it once, after half an hour of hostile clients. */
    @Test
    void saysWhatIsLeftWhereALogCannotBeReplayed() {
        GatehouseException failure = DatabaseFailure.opening(
                Path.of("routing.duckdb"),
                new SQLException("INTERNAL Error: Failure while replaying WAL file \"/data/routing.duckdb.wal\":"
                        + " Could not find node in column segment tree!\nThis error signals an assertion failure"));
        assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT_DATABASE);
        assertThat(failure)
                .hasMessage(
                        "routing.duckdb.wal, which has the changes of routing.duckdb since its last checkpoint, cannot be replayed: Could not find node in column segment tree! Keep a copy of both. Without the .wal file the database opens as it was at that checkpoint, and runs that were cut short are resumed.");
    }
}
