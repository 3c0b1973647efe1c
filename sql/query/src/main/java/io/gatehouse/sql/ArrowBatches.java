package io.gatehouse.sql;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one statement as Arrow record batches, read forward by one thread. DuckDB fills the vectors itself;
 * nothing is copied. Deadline, cancel and row limit hold as for {@link QueryResult}: a batch that goes over the limit is
 * cut, and what fails in the middle is thrown from {@link #next()}.
 *
 * <p>Each field carries the name of its column and, in its metadata under {@value #SQL_TYPE}, the SQL type. Arrow's
 * types are those that say the same: UTINYINT is uint8, HUGEINT a decimal of 38 digits, TIMESTAMP one in microseconds
 * without a zone and TIMESTAMP WITH TIME ZONE one with it, a list a list.
 */
public final class ArrowBatches implements AutoCloseable {
    /** The key of a field's metadata that holds the SQL type of the column. */
    public static final String SQL_TYPE = ResultColumn.ARROW_KEY;

    private static final Pattern IMPORTED =
            Pattern.compile("^\\[errno -?\\d+] CDataJniException\\{errno=-?\\d+, message=");

    private final Execution statement;
    private final List<ResultColumn> columns;
    private final List<List<String>> preface;
    private final long maxRows;
    private final BufferAllocator allocator;
    private @Nullable ArrowReader reader;
    private @Nullable VectorSchemaRoot root;
    private boolean prefaceIsDone;
    private boolean ended;
    private boolean truncated;
    private long count;

    ArrowBatches(
            Execution statement,
            List<ResultColumn> columns,
            List<List<String>> preface,
            long maxRows,
            BufferAllocator allocator) {
        this.statement = statement;
        this.columns = columns;
        this.preface = preface;
        this.maxRows = maxRows;
        this.allocator = allocator;
        this.prefaceIsDone = preface.isEmpty();
    }

    /**
     * Loads the next batch, first running the statement if it has not run. False behind the last batch only: a result
     * that was cancelled, closed or late before that throws.
     */
    public boolean next() {
        if (ended) {
            return false;
        }
        statement.stopCondition().checkStopped();
        ArrowReader open = reader == null ? statement.arrow(allocator) : reader;
        reader = open;
        synchronized (statement) {
            statement.stopCondition().checkCancelled();
            try {
                if (root == null) {
                    begin(open);
                }
                return loadNext(open);
            } catch (IOException e) {
                throw statement.failure(reason(e));
            }
        }
    }

    private boolean loadNext(ArrowReader open) throws IOException {
        if (!prefaceIsDone) {
            prefaceIsDone = true;
            loadPreface();
            return true;
        }
        boolean present = open.loadNextBatch();
        if (!present) {
            // DuckDB ends rows that were interrupted as if they were all.
            statement.stopCondition().checkCancelled();
        }
        ended = !present || !load(open.getVectorSchemaRoot());
        return !ended;
    }

    /** Returns the current batch: the same root for all batches. Available once {@link #next()} has been called. */
    public VectorSchemaRoot root() {
        if (root == null) {
            throw new IllegalStateException("No batch was asked for yet");
        }
        return root;
    }

    /** Whether rows were left out because of the row limit. Known once {@link #next()} has returned false. */
    public boolean truncated() {
        return truncated;
    }

    private void begin(ArrowReader opened) throws IOException {
        VectorSchemaRoot theirs = opened.getVectorSchemaRoot();
        root = new VectorSchemaRoot(schema(theirs.getSchema()), theirs.getFieldVectors(), 0);
    }

    /** The schema with the names that users see, instead of those of the engine's statement; the vectors keep theirs. */
    private Schema schema(Schema exported) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Field field = exported.getFields().get(i);
            FieldType type = new FieldType(
                    true,
                    field.getType(),
                    null,
                    Map.of(SQL_TYPE, columns.get(i).type().toString()));
            fields.add(new Field(columns.get(i).name(), type, field.getChildren()));
        }
        return new Schema(fields);
    }

    /** Takes over a batch, cut to the row limit; false if the limit leaves nothing of it. */
    private boolean load(VectorSchemaRoot exported) {
        long left = maxRows == 0 ? Long.MAX_VALUE : maxRows - count;
        int rows = exported.getRowCount();
        truncated = rows > left;
        if (left == 0) {
            return false;
        }
        root().setRowCount((int) Math.min(rows, left));
        count += Math.min(rows, left);
        return true;
    }

    private void loadPreface() {
        VectorSchemaRoot texts = root();
        for (int column = 0; column < columns.size(); column++) {
            VarCharVector vector = (VarCharVector) texts.getVector(column);
            vector.allocateNew();
            for (int row = 0; row < preface.size(); row++) {
                vector.setSafe(row, preface.get(row).get(column).getBytes(StandardCharsets.UTF_8));
            }
        }
        texts.setRowCount(preface.size());
    }

    /** The engine's error, or its message from Arrow's exception. */
    static SQLException reason(IOException e) {
        if (e.getCause() instanceof SQLException reason) {
            return reason;
        }
        String message = String.valueOf(e.getMessage());
        return new SQLException(IMPORTED.matcher(message).replaceFirst(""), e);
    }

    private static GatehouseException failure(IOException e) {
        return new GatehouseException(
                ErrorCode.INTERNAL_ERROR, "The rows cannot be had as Arrow: %s.".formatted(e.getMessage()), e);
    }

    @Override
    public void close() {
        ended = true;
        if (root != null) {
            root.close();
        }
        try {
            if (reader != null) {
                reader.close();
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
