package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.driver.DriverConnection;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Scalar;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/**
 * Rows of DuckDB's data chunks, for the commonest types. Reading a text from a chunk takes half the time of reading it
 * from a result set, whose driver decodes each text by a call back into Java.
 */
final class ChunkRows implements ExecutedRows {
    /** DuckDB has 16 bytes for each text of a vector; its length is in the first four. */
    private static final int HEADER_BYTES = 16;

    /** Reads a value of a vector as a plain Java value. */
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
    private final List<Integer> texts = new ArrayList<>();
    private final @Nullable ByteBuffer[] headers;
    private final RowMemory memory;
    private long rows;
    private int row = -1;

    /** @param types which {@link #suit} */
    ChunkRows(DuckDBChunkedResult chunks, List<SqlType> types, RowMemory memory) {
        this.chunks = chunks;
        this.memory = memory;
        this.reads = types.stream()
                .map(type -> requireNonNull(READS.get(type), () -> "Chunks of %s are not read".formatted(type)))
                .toList();
        this.vectors = new DuckDBReadableVector[types.size()];
        this.headers = new ByteBuffer[types.size()];
        for (int column = 0; column < types.size(); column++) {
            if (types.get(column) == Scalar.VARCHAR) {
                texts.add(column);
            }
        }
    }

    /** Whether these types can be read from chunks, and include a text, for which chunks are faster. */
    static boolean suit(List<SqlType> types) {
        return types.contains(Scalar.VARCHAR) && READS.keySet().containsAll(types);
    }

    @Override
    public boolean next() throws SQLException {
        memory.nextRow();
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
                memory.end();
                return false;
            }
            rows = chunks.chunk().rowCount();
            for (int column = 0; column < vectors.length; column++) {
                vectors[column] = chunks.chunk().vector(column);
            }
            for (int column : texts) {
                headers[column] = DriverConnection.data(vectors[column]);
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
            if (vector.isNull(row)) {
                return null;
            }
            ByteBuffer header = headers[column];
            if (header != null) {
                memory.text(Integer.toUnsignedLong(header.getInt(row * HEADER_BYTES)));
            }
            return reads.get(column).from(vector, row);
        } catch (IllegalStateException e) {
            throw closed(e);
        }
    }

    /** Here the driver reports a concurrently closed statement by a different exception than elsewhere. */
    private static SQLException closed(IllegalStateException e) {
        return new SQLException(e.getMessage(), e);
    }
}
