package io.gatehouse.trace;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Arrival;
import io.gatehouse.dataset.ArrowInput;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.schema.GivenName;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.Gate;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType.ArrowTypeID;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;

/**
 * Routing that arrives as an Arrow stream, with the columns of {@link LongTable}. Each batch has whole sequences: then
 * batches may be repeated, or come in another order.
 */
public final class LongStream {
    /** Of the body of a batch: a prompt of 32,000 tokens through 48 layers with 8 experts and weights. */
    private static final long MOST_BYTES = 80L << 20;

    private static final int MOST_ROWS = 1 << 26;
    /** Times its body, of the memory outside the heap: a batch as it was sent, and while DuckDB copies it. */
    private static final int ARROW_COPIES = 2;
    /** Times its body, at most, of the same memory: that, and what DuckDB has at once of its rows, which it sorts. */
    private static final int COPIES = 4;
    /** What DuckDB takes of its own accord, and times the body of a batch while it has memory to take. */
    private static final long OWN_BYTES = 16L << 20;

    private static final int EASY_COPIES = 10;
    /** Of the heap, because several streams are read at a time. */
    private static final int SHARE = 16;

    private static final Set<ArrowTypeID> VIEWS =
            EnumSet.of(ArrowTypeID.Utf8View, ArrowTypeID.BinaryView, ArrowTypeID.ListView, ArrowTypeID.LargeListView);

    private static final String PLACE = "The stream";

    private final InputStream in;
    private final Map<String, String> names;
    private final Consumer<List<TracedSequence>> batches;
    private final long duckDbMemory;
    private final long mostBytes;
    private final Gate gate;
    private final TraceBounds bounds = new TraceBounds();
    private final FileMemory memory = FileMemory.of(PLACE, Runtime.getRuntime().maxMemory() / SHARE);

    /** Decides when a batch is received and worked on. */
    public interface Gate extends Arrival {
        /**
         * A batch is there. The next one is received when what this returns is closed.
         *
         * @param bytes of memory outside the heap that the work on it takes
         */
        Turn work(long bytes);
    }

    /** The time in which a batch is worked on. */
    public interface Turn {
        void close();
    }

    /**
     * Prepares to read a stream.
     *
     * @param names names of columns by what they mean
     * @param memory bytes outside the heap that a batch may take, however large it is
     * @param batches takes the sequences of a batch; the next one is read when it returns
     */
    public LongStream(
            InputStream in, Map<String, String> names, long memory, Gate gate, Consumer<List<TracedSequence>> batches) {
        this.in = requireNonNull(in, "in is null");
        this.names = Map.copyOf(names);
        this.batches = requireNonNull(batches, "batches is null");
        this.gate = requireNonNull(gate, "gate is null");
        this.mostBytes = Math.min(MOST_BYTES, memory / COPIES);
        this.duckDbMemory = memory - ARROW_COPIES * mostBytes;
    }

    /** Gathers the sequences of a batch. */
    private final class Gathered implements TraceListener {
        private final List<TracedSequence> sequences = new ArrayList<>();
        private long bytes;

        @Override
        public void sequence(TracedSequence sequence) {
            bounds.require(PLACE, sequence);
            GivenName.checked("The name of a sequence", sequence.name());
            memory.take(sequence.bytes());
            bytes += sequence.bytes();
            sequences.add(sequence);
        }

        @Override
        public void counts(ExpertCounts counts) {
            throw new IllegalStateException("A stream has decisions");
        }

        @Override
        public void answer(TracedAnswer answer) {
            throw new IllegalStateException("A stream has decisions");
        }
    }

    /** One batch as a stream, as which DuckDB takes it. */
    private static final class OneBatch extends ArrowReader {
        private final VectorSchemaRoot batch;
        private boolean read;

        OneBatch(VectorSchemaRoot batch, BufferAllocator allocator) {
            super(allocator);
            this.batch = batch;
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            prepareLoadNextBatch();
            if (read) {
                return false;
            }
            read = true;
            try (ArrowRecordBatch record = new VectorUnloader(batch).getRecordBatch()) {
                loadRecordBatch(record);
            }
            return true;
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected Schema readSchema() {
            return batch.getSchema();
        }

        @Override
        protected void closeReadSource() {}
    }

    /**
     * Reads the stream to its end.
     *
     * @throws IOException if it breaks off; the batches before that were given
     * @throws GatehouseException CORRUPT_DATASET, INVALID_ARGUMENT if it is not such a stream
     */
    public void read() throws IOException {
        ArrowInput input = new ArrowInput(PLACE, in, mostBytes, gate);
        Path spill = LongTable.spillDirectory();
        BufferAllocator allocator = new RootAllocator(ARROW_COPIES * mostBytes);
        try (DuckDBConnection database = LongTable.open(spill, duckDbMemory);
                ArrowReader reader = input.reader(allocator)) {
            requirePlain(reader.getVectorSchemaRoot().getSchema());
            while (reader.loadNextBatch()) {
                VectorSchemaRoot batch = reader.getVectorSchemaRoot();
                if (batch.getRowCount() > 0) {
                    inTurn(batch, database, allocator);
                }
            }
        } catch (GatehouseException e) {
            throw e;
        } catch (SQLException | IOException | RuntimeException e) {
            // Of the latter Arrow throws many kinds at what it does not understand.
            if (input.failure().isPresent()) {
                throw input.failure().get();
            }
            throw LongTable.unreadable(PLACE, e);
        } finally {
            LongTable.delete(spill);
        }
        // Where reading failed, Arrow may hold what it was reading.
        allocator.close();
    }

    private void inTurn(VectorSchemaRoot batch, DuckDBConnection database, BufferAllocator allocator)
            throws IOException, SQLException {
        Turn turn = gate.work(OWN_BYTES + EASY_COPIES * bytes(batch));
        try {
            give(batch, database, allocator);
        } finally {
            turn.close();
        }
    }

    private static long bytes(VectorSchemaRoot batch) {
        return batch.getFieldVectors().stream()
                .mapToLong(FieldVector::getBufferSize)
                .sum();
    }

    private static void requirePlain(Schema schema) {
        for (Field field : schema.getFields()) {
            requireNoView(field, field.getName());
            if (field.getDictionary() != null) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s has column '%s' with a dictionary; send its values"
                                .formatted(PLACE, JsonValue.shown(field.getName())));
            }
        }
    }

    /** Arrow for Java cannot check the views of a batch, and DuckDB follows them without a check. */
    private static void requireNoView(Field field, String column) {
        if (VIEWS.contains(field.getType().getTypeID())) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s has column '%s' of type %s, which is not supported; cast it to %s"
                            .formatted(
                                    PLACE,
                                    JsonValue.shown(column),
                                    field.getType().getTypeID(),
                                    field.getType().getTypeID() == ArrowTypeID.Utf8View ? "string" : "binary or list"));
        }
        field.getChildren().forEach(child -> requireNoView(child, column));
    }

    private void give(VectorSchemaRoot batch, DuckDBConnection database, BufferAllocator allocator)
            throws IOException, SQLException {
        if (batch.getRowCount() > MOST_ROWS) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s has a batch of %,d rows; there are at most %,d"
                            .formatted(PLACE, batch.getRowCount(), MOST_ROWS));
        }
        copy(batch, database, allocator);
        LongColumns columns = LongColumns.of(PLACE, LongTable.types(database, "batch"), names);
        columns.requireOnce(
                PLACE,
                batch.getSchema().getFields().stream().map(Field::getName).toList());
        if (columns.counts()) {
            throw refused("counts, but it must name tokens");
        }
        if (!columns.has(LongColumns.Meaning.SEQUENCE)) {
            throw refused("no column 'sequence', by which it is known what was sent before");
        }
        Gathered gathered = new Gathered();
        LongTable.decisions(new LongTable.Source(PLACE, "", database, "batch", columns, memory), gathered);
        batches.accept(gathered.sequences);
        memory.release(gathered.bytes);
    }

    private static GatehouseException refused(String what) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, "%s has %s".formatted(PLACE, what));
    }

    /** DuckDB reads a stream once, and must read the rows twice. */
    private static void copy(VectorSchemaRoot batch, DuckDBConnection database, BufferAllocator allocator)
            throws IOException, SQLException {
        try (OneBatch one = new OneBatch(batch, allocator);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                Statement statement = database.createStatement()) {
            Data.exportArrayStream(allocator, one, stream);
            try {
                database.registerArrowStream("sent", stream);
                statement.execute("CREATE OR REPLACE TEMP TABLE batch AS SELECT * FROM sent");
                statement.execute("DROP VIEW temp.sent");
            } finally {
                // DuckDB takes the stream over when it reads it; if it never did, the stream is still ours.
                stream.release();
            }
        }
    }
}
