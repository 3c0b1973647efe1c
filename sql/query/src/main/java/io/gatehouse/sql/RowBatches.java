package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Rows of values as Arrow batches, in the types that {@link ArrowBatches} tells, for engines that have no Arrow. */
public final class RowBatches extends ArrowReader {
    private static final int ROWS_PER_BATCH = 1 << 12;

    private final ExecutedRows rows;
    private final List<SqlType> types;

    /** @param types those of the columns */
    public RowBatches(ExecutedRows rows, List<SqlType> types, BufferAllocator allocator) {
        super(allocator);
        this.rows = requireNonNull(rows, "rows is null");
        this.types = List.copyOf(types);
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        List<FieldVector> vectors = getVectorSchemaRoot().getFieldVectors();
        // Whoever got the batch before may still read it: each has memory of its own.
        vectors.forEach(FieldVector::clear);
        prepareLoadNextBatch();
        vectors.forEach(FieldVector::allocateNew);
        try {
            int count = 0;
            while (count < ROWS_PER_BATCH && rows.next()) {
                for (int column = 0; column < vectors.size(); column++) {
                    ArrowValue.set(vectors.get(column), count, rows.value(column));
                }
                count++;
            }
            for (FieldVector vector : vectors) {
                vector.setValueCount(count);
            }
            getVectorSchemaRoot().setRowCount(count);
            return count > 0;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
        List<Field> fields = new ArrayList<>();
        for (int column = 0; column < types.size(); column++) {
            fields.add(ArrowValue.field("c" + column, types.get(column)));
        }
        return new Schema(fields);
    }
}
