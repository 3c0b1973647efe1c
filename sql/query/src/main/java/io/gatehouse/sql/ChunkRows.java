package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Scalar;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/**
 * Rows of DuckDB's data chunks, of the commonest types. A text comes out of a chunk in half of the time that it takes
 * through a result set, whose driver has the Java virtual machine decode each one by a call back.
 */
final class ChunkRows implements ExecutedRows {
    /** Reads a value of a vector as a plain one. */
    private interface Read {
        Object from(DuckDBReadableVector vector, int row);
    }

    private static final Map<SqlType, Read> READS = Map.of(
            Scalar.VARCHAR, DuckDBReadableVector::getString,
            Scalar.BOOLEAN, DuckDBReadableVector::getBoolean,
            Scalar.SMALLINT, (vector, row) -> (int) vector.getShort(row),
            Scalar.INTEGER, DuckDBReadableVector::getInt,
            Scalar.BIGINT, DuckDBReadableVector::getLong,
            Scalar.FLOAT, DuckDBReadableVector::getFloat,
            Scalar.DOUBLE, DuckDBReadableVector::getDouble);

    private final DuckDBChunkedResult chunks;
    private final List<Read> reads;
    private final DuckDBReadableVector[] vectors;
    private long rows;
    private int row = -1;

    /** @param types which {@link #suit} */
    ChunkRows(DuckDBChunkedResult chunks, List<SqlType> types) {
        this.chunks = chunks;
        this.reads = types.stream()
                .map(type -> requireNonNull(READS.get(type), () -> "Chunks of %s are not read".formatted(type)))
                .toList();
        this.vectors = new DuckDBReadableVector[types.size()];
    }

    /** Whether rows of these types can be read, and have a text for which that pays. */
    static boolean suit(List<SqlType> types) {
        return types.contains(Scalar.VARCHAR) && READS.keySet().containsAll(types);
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
