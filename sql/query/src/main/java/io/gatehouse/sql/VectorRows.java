package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.jspecify.annotations.Nullable;

/**
 * Rows of Arrow batches, for all types. Their texts and lists are outside the Java heap until they are asked for, one by
 * one; DuckDB's JDBC driver decodes those of 2,048 rows before it returns the first.
 */
final class VectorRows implements ExecutedRows {
    private final ArrowReader batches;
    private final RowMemory memory;
    private List<FieldVector> vectors = List.of();
    private int rows;
    private int row = -1;

    VectorRows(ArrowReader batches, RowMemory memory) {
        this.batches = requireNonNull(batches, "batches is null");
        this.memory = requireNonNull(memory, "memory is null");
    }

    @Override
    public boolean next() throws SQLException {
        memory.nextRow();
        row++;
        while (row >= rows) {
            if (!nextBatch()) {
                return false;
            }
            row = 0;
        }
        return true;
    }

    private boolean nextBatch() throws SQLException {
        try {
            boolean present = batches.loadNextBatch();
            vectors = batches.getVectorSchemaRoot().getFieldVectors();
            rows = present ? batches.getVectorSchemaRoot().getRowCount() : 0;
            if (!present) {
                memory.end();
            }
            return present;
        } catch (IOException e) {
            throw ArrowBatches.reason(e);
        }
    }

    @Override
    public @Nullable Object value(int column) {
        FieldVector vector = vectors.get(column);
        if (vector.isNull(row)) {
            return null;
        }
        if (vector instanceof VarCharVector texts) {
            memory.text(texts.getEndOffset(row) - texts.getStartOffset(row));
        } else if (vector instanceof ListVector lists) {
            memory.list(VectorValues.size(lists, row));
        }
        return VectorValues.value(vector, row);
    }
}
