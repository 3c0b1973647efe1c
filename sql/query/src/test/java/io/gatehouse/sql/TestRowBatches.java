package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of an engine without Arrow, as batches. */
final class TestRowBatches {
    private static final List<List<?>> ROWS =
            List.of(List.of(1, List.of("one", "two"), List.of(1.5f)), List.of(2, List.of(), List.of(2.5f, 3f)));

    @Test
    void keepsLists() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                RowBatches batches = batches(allocator)) {
            assertThat(batches.loadNextBatch()).isTrue();
            assertThat(batches.getVectorSchemaRoot().getVector("c1").getObject(0))
                    .hasToString("[\"one\",\"two\"]");
            assertThat(batches.getVectorSchemaRoot().getVector("c2").getObject(1))
                    .hasToString("[2.5,3.0]");
            assertThat(batches.loadNextBatch()).isFalse();
        }
    }

    @Test
    void keepsARowWhileTheNextIsRead(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("rows.parquet");
        try (BufferAllocator allocator = new RootAllocator();
                RowBatches batches = batches(allocator)) {
            new ParquetFile(allocator, 1_000_000).write(() -> next(batches), () -> root(batches), file);
        }
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery("FROM '%s' ORDER BY c0".formatted(file))) {
            rows.next();
            assertThat(rows.getInt(1)).isEqualTo(1);
            assertThat(rows.getString(2)).isEqualTo("[one, two]");
            assertThat(rows.getString(3)).isEqualTo("[1.5]");
            rows.next();
            assertThat(rows.getString(2)).isEqualTo("[]");
        }
    }

    private static RowBatches batches(BufferAllocator allocator) {
        Iterator<List<?>> rows = ROWS.iterator();
        return new RowBatches(
                new ListedRows(rows),
                List.of(Scalar.INTEGER, new ListOf(Scalar.VARCHAR), new ListOf(Scalar.FLOAT)),
                allocator);
    }

    private static boolean next(RowBatches batches) {
        try {
            return batches.loadNextBatch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VectorSchemaRoot root(RowBatches batches) {
        try {
            return batches.getVectorSchemaRoot();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class ListedRows implements ExecutedRows {
        private final Iterator<List<?>> rows;
        private List<?> row = List.of();

        private ListedRows(Iterator<List<?>> rows) {
            this.rows = rows;
        }

        @Override
        public boolean next() {
            boolean present = rows.hasNext();
            row = present ? rows.next() : List.of();
            return present;
        }

        @Override
        public @Nullable Object value(int column) {
            return row.get(column);
        }
    }
}
