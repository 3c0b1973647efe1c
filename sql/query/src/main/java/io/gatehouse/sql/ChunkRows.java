package io.gatehouse.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/**
 * Rows of DuckDB's data chunks, of the commonest types. A text comes out of a chunk in half of the time that it takes
 * through a result set, whose driver has the Java virtual machine decode each one by a call back.
 */
final class ChunkRows implements ExecutedRows {
    private static final String TEXT = "VARCHAR";
    private static final Set<String> TYPES =
            Set.of(TEXT, "BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE");

    /** A vector of the current chunk, read as a plain value. */
    private interface Read {
        Object from(DuckDBReadableVector vector, int row);
    }

    private final DuckDBChunkedResult chunks;
    private final List<Read> reads;
    private final DuckDBReadableVector[] vectors;
    private long rows;
    private int row = -1;

    ChunkRows(DuckDBChunkedResult chunks, List<String> types) {
        this.chunks = chunks;
        this.reads = types.stream().map(ChunkRows::read).toList();
        this.vectors = new DuckDBReadableVector[types.size()];
    }

    /** Whether rows of these types can be read, and have a text for which that pays. */
    static boolean suit(List<String> types) {
        return types.contains(TEXT) && TYPES.containsAll(types);
    }

    private static Read read(String type) {
        return switch (type) {
            case TEXT -> DuckDBReadableVector::getString;
            case "BOOLEAN" -> DuckDBReadableVector::getBoolean;
            case "SMALLINT" -> (vector, row) -> (int) vector.getShort(row);
            case "INTEGER" -> DuckDBReadableVector::getInt;
            case "BIGINT" -> DuckDBReadableVector::getLong;
            case "FLOAT" -> DuckDBReadableVector::getFloat;
            case "DOUBLE" -> DuckDBReadableVector::getDouble;
            default -> throw new IllegalArgumentException("Chunks of %s are not read".formatted(type));
        };
    }

    @Override
    public boolean next() throws SQLException {
        row++;
        while (row >= rows) {
            if (!nextChunk()) {
                return false;
            }
            row = 0;
        }
        return true;
    }

    private boolean nextChunk() throws SQLException {
        try {
            if (!chunks.nextChunk()) {
                DriverConnection.checkEnd(chunks);
                return false;
            }
            rows = chunks.chunk().rowCount();
            for (int column = 0; column < vectors.length; column++) {
                vectors[column] = chunks.chunk().vector(column);
            }
            return true;
        } catch (IllegalStateException e) {
            throw closed(e);
        }
    }

    @Override
    public @Nullable Object value(int column) throws SQLException {
        DuckDBReadableVector vector = vectors[column];
        try {
            return vector.isNull(row) ? null : reads.get(column).from(vector, row);
        } catch (IllegalStateException e) {
            throw closed(e);
        }
    }

    /** The driver says by another exception than elsewhere that the statement was closed meanwhile. */
    private static SQLException closed(IllegalStateException e) {
        return new SQLException(e.getMessage(), e);
    }
}
